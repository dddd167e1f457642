package dev.mayfly.credential.jwt;

/**
 * What a token is bound to, and how the ledger's {@code jkt} column writes it: a key's thumbprint
 * as it is, a certificate's after its name, so that a token that is delivered again says the same.
 */
public record Binding(Member member, String thumbprint) {

  /** The members of {@code cnf} (RFC 7800 3). */
  public enum Member {
    /** The key of a DPoP proof (RFC 9449 6.1). */
    JKT("jkt"),
    /** The client certificate of a TLS connection (RFC 8705 3.1). */
    X5T_S256("x5t#S256");

    private final String claim;

    Member(String claim) {
      this.claim = claim;
    }

    /** Its name in the token. */
    public String claim() {
      return claim;
    }
  }

  private static final String CERTIFICATE = Member.X5T_S256.claim() + ':';

  /** As the column has it. */
  public static Binding of(String column) {
    return column.startsWith(CERTIFICATE)
        ? new Binding(Member.X5T_S256, column.substring(CERTIFICATE.length()))
        : new Binding(Member.JKT, column);
  }

  /** For the column. */
  String column() {
    return member == Member.X5T_S256 ? CERTIFICATE + thumbprint : thumbprint;
  }

  /** {@code token_type} (RFC 9449 5, RFC 8705 3): only DPoP has one of its own. */
  public String tokenType() {
    return member == Member.JKT ? "DPoP" : "Bearer";
  }
}
