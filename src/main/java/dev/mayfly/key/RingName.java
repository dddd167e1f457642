package dev.mayfly.key;

import java.util.Set;
import java.util.regex.Pattern;

/**
 * Names a key ring by what it signs and how, written {@code jwt/ES256}: nothing signed for one
 * purpose can be passed off as another's.
 *
 * @param purpose lower-case letters and digits, e.g. {@code jwt}, {@code statuslist}
 */
public record RingName(String purpose, Alg alg) {

  public static final String JWT = "jwt";
  public static final String STATUS_LIST = "statuslist";

  /** The CA above the issuing ones. */
  public static final String ROOT = "root";

  /** Issuing CAs of X.509 certificates; they sign the CRLs of what they issued, too. */
  public static final String X509 = "x509";

  /** Delegated OCSP responders (RFC 6960 4.2.2.2). */
  public static final String OCSP = "ocsp";

  /** CAs of users' SSH certificates. */
  public static final String SSH_USER = "sshuser";

  /** CAs of hosts' SSH certificates. */
  public static final String SSH_HOST = "sshhost";

  private static final Set<String> JOSE = Set.of(JWT, STATUS_LIST);

  /** Whose signatures stand in X.509's structures, which have an identifier for each algorithm. */
  private static final Set<String> CERTIFYING = Set.of(ROOT, X509, OCSP);

  private static final Pattern PURPOSE = Pattern.compile("[a-z][a-z0-9]{0,31}");

  public RingName {
    if (!PURPOSE.matcher(purpose).matches()) {
      throw new IllegalArgumentException("a ring's purpose is lower-case letters and digits");
    }
    if (!alg.signsTokens() && !CERTIFYING.contains(purpose)) {
      throw new IllegalArgumentException(
          "key ring '%s/%s': %s signs certificates, CRLs and OCSP answers alone"
              .formatted(purpose, alg, alg));
    }
  }

  /**
   * Whether its keys sign JWTs of some kind, and so are in the JWKS. A CA's key is not: whoever
   * believes the JWKS would believe a token it signed.
   */
  public boolean isJose() {
    return JOSE.contains(purpose);
  }

  /**
   * Whether a key of it alone says what it has signed is revoked (RFC 5280 6.3.3). So it goes on
   * when it is tainted, since who looks at the leaf alone would go on believing its last list; and
   * for a while after its own end.
   */
  boolean signsItsOwnLists() {
    return purpose.equals(X509) || purpose.equals(ROOT);
  }

  /** Reads the written form; throws {@link IllegalArgumentException} with a sentence. */
  public static RingName parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException("a key ring is written purpose/alg, not '" + text + "'");
    }
    String alg = text.substring(slash + 1);
    return new RingName(
        text.substring(0, slash),
        Alg.named(alg)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "key ring '%s': Mayfly signs with %s".formatted(text, Alg.names()))));
  }

  @Override
  public String toString() {
    return purpose + "/" + alg;
  }
}
