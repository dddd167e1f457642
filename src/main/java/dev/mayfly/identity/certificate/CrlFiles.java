package dev.mayfly.identity.certificate;

import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The CRLs of others' authorities, as their files have them now. A file that cannot be read is no
 * list at all, and so nobody's certificate is known to be good (rule 10).
 */
@ApplicationScoped
public class CrlFiles {

  private final Map<String, Path> files;
  private final Map<String, Read> read = new ConcurrentHashMap<>();

  /** What a file held, and by what it is known to be another. */
  private record Read(FileTime modified, long size, List<X509CRL> lists) {}

  public CrlFiles(CertificateConfig config) {
    this.files = Map.copyOf(config.crlFile());
  }

  /** Those of this trust that have not ended; one without an end never counts. Blocks. */
  List<X509CRL> current(String trust, Instant now) {
    Path file = files.get(trust);
    if (file == null) {
      return List.of();
    }
    return lists(trust, file).stream()
        .filter(list -> list.getNextUpdate() != null)
        .filter(list -> now.isBefore(list.getNextUpdate().toInstant()))
        .toList();
  }

  private List<X509CRL> lists(String trust, Path file) {
    try {
      FileTime modified = Files.getLastModifiedTime(file);
      long size = Files.size(file);
      Read before = read.get(trust);
      if (before != null && before.modified().equals(modified) && before.size() == size) {
        return before.lists();
      }
      List<X509CRL> lists = parse(file);
      read.put(trust, new Read(modified, size, lists));
      return lists;
    } catch (IOException | GeneralSecurityException e) {
      return List.of(); // the refusal names the setting
    }
  }

  private static List<X509CRL> parse(Path file) throws IOException, GeneralSecurityException {
    try (InputStream bytes = Files.newInputStream(file)) {
      return CertificateFactory.getInstance("X.509").generateCRLs(bytes).stream()
          .map(X509CRL.class::cast)
          .toList();
    }
  }
}
