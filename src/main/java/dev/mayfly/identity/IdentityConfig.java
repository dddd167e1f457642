package dev.mayfly.identity;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** What an operator may set about proofs and identities. */
@ConfigMapping(prefix = "mayfly.identity")
public interface IdentityConfig {

  /** The longest assertion looked at, in characters. */
  @WithDefault("16384")
  int assertionMaxLength();

  /** How far ahead a client assertion's {@code exp} may lie. */
  @WithDefault("5m")
  Duration clientAssertionLifetime();

  /** How far in the future {@code iat} and {@code nbf} may lie. Never applies to {@code exp}. */
  @WithDefault("10s")
  Duration clockSkew();

  /** From its {@code iat} on, how long a DPoP proof is good. */
  @WithDefault("60s")
  Duration dpopProofAge();

  /** How far in the future a DPoP proof's {@code iat} may lie. */
  @WithDefault("5s")
  Duration dpopProofAhead();

  /** Whether a DPoP proof must hold a nonce of Mayfly's (RFC 9449 8, 9): off or required. */
  @WithDefault("required")
  Nonces dpopNonces();

  /** How old an issuer's keys may become while the issuer cannot be reached. */
  @WithDefault("24h")
  Duration keysMaxAge();

  /** How long fetched keys are fresh when the issuer does not say. */
  @WithDefault("15m")
  Duration keysFreshFor();

  /** The longest an issuer may ask its keys to be taken for fresh. */
  @WithDefault("1h")
  Duration keysFreshAtMost();

  /**
   * An unknown {@code kid}, or an X509-SVID of an unknown authority, makes Mayfly ask the issuer
   * again at most once in this time.
   */
  @WithDefault("30s")
  Duration keysUnknownKidInterval();

  /** How long one answer of an issuer may take, from connecting to its last byte. */
  @WithDefault("3s")
  Duration keysTimeout();

  /** The longest answer of an issuer that is read, in bytes. */
  @WithDefault("262144")
  int keysMaxBytes();

  /** The longest pause between attempts to reach an issuer that fails. */
  @WithDefault("5m")
  Duration keysBackoffAtMost();

  /** How long before its review date an identity is reported as due. */
  @WithDefault("30d")
  Duration reviewWarning();

  /** How many names a node remembers the id of. */
  @WithDefault("100000")
  int rememberedIds();

  /** What is asked of DPoP proofs. */
  enum Nonces {
    OFF,
    REQUIRED
  }
}
