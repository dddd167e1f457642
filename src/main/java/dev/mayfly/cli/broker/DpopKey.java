package dev.mayfly.cli.broker;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jose.util.JSONObjectUtils;
import dev.mayfly.key.Alg;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.text.ParseException;
import java.time.Instant;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The key that this user's tokens are bound to (RFC 9449): a P-256 JWK in a file that only they can
 * read, made when it is first needed. It never leaves this machine; what is sent are proofs.
 */
public final class DpopKey {

  /** Its name in the folder of this user's state. */
  public static final String FILE = "dpop.jwk";

  private static final Set<PosixFilePermission> OWNERS =
      EnumSet.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_EXECUTE);
  private static final FileAttribute<?> OWNER_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final FileAttribute<?> OWNER_FOLDER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private static final int JTI_BYTES = 16;

  private final ECKey key;

  private DpopKey(ECKey key) {
    this.key = key;
  }

  /** The file's key; makes the file where there is none. Refuses one that others may look into. */
  public static DpopKey at(Path file) throws Stop {
    try {
      if (Files.notExists(file)) {
        make(file);
      }
      if (!OWNERS.containsAll(Files.getPosixFilePermissions(file))) {
        throw bad(file, "others may read or change it", "take a new key: rm it and try again");
      }
      return new DpopKey(parse(file, Files.readString(file)));
    } catch (IOException e) {
      throw bad(file, "it cannot be read or made", "check the folder and who may write to it");
    }
  }

  /** RFC 7638, as a bound token names it in {@code cnf.jkt}. */
  public String thumbprint() throws Stop {
    try {
      return key.computeThumbprint().toString();
    } catch (JOSEException e) {
      throw cannotSign();
    }
  }

  /**
   * A fresh proof for one request (RFC 9449 4.2).
   *
   * @param token the access token that is sent with it, at a resource
   * @param nonce what the broker asked for
   */
  public String proof(
      String method, URI uri, Optional<String> token, Optional<String> nonce, Instant now)
      throws Stop {
    Map<String, Object> header = new LinkedHashMap<>();
    header.put("typ", "dpop+jwt");
    header.put("alg", Alg.ES256.joseName());
    header.put("jwk", key.toPublicJWK().toJSONObject());
    Map<String, Object> claims = new LinkedHashMap<>();
    claims.put("jti", freshId());
    claims.put("htm", method);
    claims.put("htu", uri.getScheme() + "://" + uri.getRawAuthority() + uri.getRawPath());
    claims.put("iat", now.getEpochSecond());
    nonce.ifPresent(value -> claims.put("nonce", value));
    String input;
    try {
      if (token.isPresent()) {
        claims.put("ath", hash(token.get()));
      }
      input = encoded(header) + "." + encoded(claims);
      byte[] bytes = input.getBytes(StandardCharsets.US_ASCII);
      return input + "." + Base64URL.encode(JwkKeys.sign(Alg.ES256, key, bytes));
    } catch (GeneralSecurityException | JOSEException e) {
      throw cannotSign();
    }
  }

  /**
   * Written beside and linked, so that of two commands at once one makes the key and both use it,
   * and neither ever reads half of it.
   */
  private static void make(Path file) throws IOException, Stop {
    Path folder = file.toAbsolutePath().getParent();
    Files.createDirectories(folder, OWNER_FOLDER);
    Path fresh = Files.createTempFile(folder, "key", ".new", OWNER_FILE);
    try {
      Files.writeString(fresh, new ECKeyGenerator(Curve.P_256).generate().toJSONString());
      Files.createLink(file, fresh);
    } catch (FileAlreadyExistsException e) {
      // The other command was first: its key is the one.
    } catch (JOSEException e) {
      throw cannotSign();
    } finally {
      Files.delete(fresh);
    }
  }

  private static ECKey parse(Path file, String text) throws Stop {
    try {
      ECKey key = ECKey.parse(text);
      if (key.isPrivate() && Curve.P_256.equals(key.getCurve())) {
        return key;
      }
    } catch (ParseException e) {
      // Told below, as any other text that is no such key.
    }
    throw bad(file, "it holds no private P-256 JWK", "take a new key: rm it and try again");
  }

  private static String freshId() {
    byte[] random = new byte[JTI_BYTES];
    new SecureRandom().nextBytes(random);
    return Base64URL.encode(random).toString();
  }

  private static String hash(String token) throws GeneralSecurityException {
    byte[] ascii = token.getBytes(StandardCharsets.US_ASCII);
    return Base64URL.encode(MessageDigest.getInstance("SHA-256").digest(ascii)).toString();
  }

  private static Base64URL encoded(Map<String, Object> json) {
    return Base64URL.encode(JSONObjectUtils.toJSONString(json));
  }

  private static Stop cannotSign() {
    return Stop.usage("the DPoP key cannot sign", "take a new key: rm its file and try again");
  }

  private static Stop bad(Path file, String what, String advice) {
    return Stop.usage("DPoP key file " + file + ": " + what, advice);
  }
}
