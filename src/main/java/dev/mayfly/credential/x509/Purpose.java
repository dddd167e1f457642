package dev.mayfly.credential.x509;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** What a certificate is for: its profile, from which key usage and extensions follow. */
public sealed interface Purpose {

  /** id-kp-serverAuth, id-kp-clientAuth (RFC 5280 4.2.1.12). */
  String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";

  String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

  /** id-kp-OCSPSigning (RFC 6960 4.2.2.2). */
  String OCSP_SIGNING = "1.3.6.1.5.5.7.3.9";

  /** Which a subject may have; the others belong to the broker's own hierarchy. */
  sealed interface Leaf extends Purpose {

    /** The policy's word for it, and the ledger's scope. */
    String profile();
  }

  /** An X509-SVID: its one name is the identity's SPIFFE ID. */
  record Svid() implements Leaf {
    @Override
    public String profile() {
      return "svid";
    }

    @Override
    public Set<String> extendedKeyUsage() {
      return Set.of(SERVER_AUTH, CLIENT_AUTH);
    }
  }

  record TlsServer() implements Leaf {
    @Override
    public String profile() {
      return "tls-server";
    }

    @Override
    public Set<String> extendedKeyUsage() {
      return Set.of(SERVER_AUTH);
    }
  }

  record TlsClient() implements Leaf {
    @Override
    public String profile() {
      return "tls-client";
    }

    @Override
    public Set<String> extendedKeyUsage() {
      return Set.of(CLIENT_AUTH);
    }
  }

  /** With key purposes of the role's own, e.g. code signing. */
  record Custom(Set<String> extendedKeyUsage) implements Leaf {

    private static final Pattern OID = Pattern.compile("[0-2](?:\\.(?:0|[1-9][0-9]{0,8})){2,20}");

    /**
     * anyExtendedKeyUsage means whatever one likes; an OCSP signer speaks for the issuer; a
     * time-stamper's must be alone and critical (RFC 3161 2.3).
     */
    private static final Set<String> NEVER =
        Set.of("2.5.29.37.0", OCSP_SIGNING, "1.3.6.1.5.5.7.3.8");

    public Custom {
      extendedKeyUsage = Set.copyOf(extendedKeyUsage);
      problem(extendedKeyUsage)
          .ifPresent(
              why -> {
                throw new IllegalArgumentException(why);
              });
    }

    /** Why these cannot be the purposes of a certificate; empty when they can. */
    public static Optional<String> problem(Set<String> purposes) {
      if (purposes.isEmpty()) {
        return Optional.of("a custom profile names at least one extended key usage");
      }
      return purposes.stream()
          .filter(oid -> NEVER.contains(oid) || !OID.matcher(oid).matches())
          .sorted()
          .findFirst()
          .map(oid -> "extended key usage " + oid + " is malformed or never given");
    }

    @Override
    public String profile() {
      return "custom";
    }
  }

  /**
   * A certificate authority.
   *
   * @param pathLength how many more may stand below: 1 for the root, 0 for what issues
   */
  record Authority(int pathLength) implements Purpose {

    public static final Authority ROOT = new Authority(1);
    public static final Authority ISSUING = new Authority(0);

    public Authority {
      if (pathLength < 0 || pathLength > 1) {
        throw new IllegalArgumentException("a root has path length 1, an issuing authority 0");
      }
    }

    @Override
    public Set<String> extendedKeyUsage() {
      return Set.of();
    }
  }

  /** Signs OCSP answers for the one that issued it (RFC 6960 4.2.2.2); no SVID. */
  record OcspResponder() implements Purpose {
    @Override
    public Set<String> extendedKeyUsage() {
      return Set.of(OCSP_SIGNING);
    }
  }

  /** The broker's own TLS port in development; nobody's credential, so no list names it. */
  record DevelopmentPort() implements Purpose {
    @Override
    public Set<String> extendedKeyUsage() {
      return Set.of(SERVER_AUTH);
    }
  }

  /** Object identifiers, dotted; none: the extension is left out. */
  Set<String> extendedKeyUsage();

  /**
   * By the policy's word; empty when there is no such profile.
   *
   * @param extendedKeyUsage what the role names, for {@code custom} only
   */
  static Optional<Leaf> named(String profile, List<String> extendedKeyUsage) {
    return switch (profile) {
      case "svid" -> Optional.of(new Svid());
      case "tls-server" -> Optional.of(new TlsServer());
      case "tls-client" -> Optional.of(new TlsClient());
      case "custom" -> Optional.of(new Custom(Set.copyOf(extendedKeyUsage)));
      default -> Optional.empty();
    };
  }
}
