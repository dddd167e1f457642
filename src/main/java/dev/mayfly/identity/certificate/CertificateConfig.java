package dev.mayfly.identity.certificate;

import io.smallrye.config.ConfigMapping;
import java.nio.file.Path;
import java.util.Map;

/** What a node needs to judge certificates of others' authorities. */
@ConfigMapping(prefix = "mayfly.identity.certificate")
public interface CertificateConfig {

  /**
   * Where the CRLs of a trust are read from whose policy says {@code revocation: crl}, one setting
   * for each trust: {@code crl-file.TRUST}; PEM or DER, read anew when it changes. Without a list
   * that is still good nobody comes in by that trust.
   */
  Map<String, Path> crlFile();
}
