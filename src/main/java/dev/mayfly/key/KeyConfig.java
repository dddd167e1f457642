package dev.mayfly.key;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Which key rings there are, how long their keys live, and who unwraps them. */
@ConfigMapping(prefix = "mayfly.key")
public interface KeyConfig {

  /** Each written purpose/alg. Taking a ring away lets its keys run out. */
  @WithDefault(
      "jwt/ES256,jwt/RS256,jwt/Ed25519,statuslist/ES256,"
          + "root/ES256,x509/ES256,ocsp/ES256,sshuser/Ed25519,sshhost/Ed25519")
  List<String> rings();

  Jwt jwt();

  StatusList statuslist();

  Root root();

  X509 x509();

  Ocsp ocsp();

  Ssh ssh();

  /** How often a relying service that asks on its own initiative looks for new keys. */
  @WithDefault("1m")
  Duration refreshHint();

  /** The longest a relying service may keep a JWKS (Cache-Control max-age). */
  @WithDefault("5m")
  Duration jwksMaxAge();

  /** How far a relying service's clock may be off. */
  @WithDefault("1m")
  Duration skew();

  /** How often this node loads what other nodes changed, when no hint came. */
  @WithDefault("2s")
  Duration refresh();

  /** How often this node asks whether a key is due for its next step. */
  @WithDefault("5s")
  Duration tick();

  /**
   * The key-encryption key: a file that holds 32 bytes as base64url and that no other user may
   * read.
   */
  Optional<Path> kekFile();

  /**
   * Earlier ones, for reading only: what they wrapped is wrapped anew under the present one. To
   * change it, name the new one here on every node first, then swap the two.
   */
  Optional<List<Path>> previousKekFiles();

  /** Keys of access tokens. */
  interface Jwt {
    /** From a key's preparation to its {@code notAfter}. */
    @WithDefault("24h")
    Duration lifetime();

    /** The longest any token lives; at most a sixth of the key's lifetime. */
    @WithDefault("1h")
    Duration longest();
  }

  /** Keys of status lists. */
  interface StatusList {
    /** From a key's preparation to its {@code notAfter}. */
    @WithDefault("30d")
    Duration lifetime();

    /** The longest any signed list lives; at most a sixth of the key's lifetime. */
    @WithDefault("24h")
    Duration longest();
  }

  /** The key of the CA above the issuing ones. */
  interface Root {
    /** From a key's preparation to its {@code notAfter}. */
    @WithDefault("3650d")
    Duration lifetime();
  }

  /** Keys of CAs that issue X.509 certificates. */
  interface X509 {
    /** From a key's preparation to its {@code notAfter}. */
    @WithDefault("7d")
    Duration lifetime();

    /** The longest any certificate lives; at most a sixth of the key's lifetime. */
    @WithDefault("24h")
    Duration longest();
  }

  /** Keys of OCSP responders. */
  interface Ocsp {
    /** From a key's preparation to its {@code notAfter}. */
    @WithDefault("30d")
    Duration lifetime();

    /** The longest a responder's certificate lives; at most a sixth of the key's lifetime. */
    @WithDefault("24h")
    Duration longest();
  }

  /** Keys of CAs of SSH certificates. */
  interface Ssh {
    /** From a key's preparation to its {@code notAfter}. */
    @WithDefault("90d")
    Duration lifetime();

    /** The longest any certificate lives; at most a sixth of the key's lifetime. */
    @WithDefault("24h")
    Duration longest();
  }
}
