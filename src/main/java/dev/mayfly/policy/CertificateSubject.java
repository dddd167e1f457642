package dev.mayfly.policy;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import javax.security.auth.x500.X500Principal;

/**
 * The one name by which a certificate of somebody else's authority is an identity's (RFC 8705
 * 2.1.2).
 *
 * @param value as {@link #parse} writes it: two values that mean the same are the same
 */
public record CertificateSubject(Kind kind, String value) {

  /** Where the name stands; the number is that of the type (RFC 5280 4.2.1.6). */
  public enum Kind {
    SUBJECT_DN(-1),
    SAN_EMAIL(1),
    SAN_DNS(2),
    SAN_URI(6),
    SAN_IP(7);

    private final int type;

    Kind(int type) {
      this.type = type;
    }

    /** The key in the policy: {@code san-dns}. */
    String key() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  private static final int LONGEST = 1_000;
  private static final int DOTS = 3;

  /** The name, or empty when the text is none of this kind. */
  static Optional<CertificateSubject> parse(Kind kind, String text) {
    boolean plain = text.chars().allMatch(c -> c > ' ' && c < 0x7f) || kind == Kind.SUBJECT_DN;
    if (text.length() > LONGEST || !plain || text.contains("*")) {
      return Optional.empty();
    }
    Optional<String> value =
        switch (kind) {
          case SUBJECT_DN -> distinguished(text);
          case SAN_DNS -> Optional.of(text.toLowerCase(Locale.ROOT));
          case SAN_IP -> address(text).map(InetAddress::getHostAddress);
          case SAN_EMAIL -> Optional.of(text).filter(mail -> mail.indexOf('@') > 0);
          case SAN_URI -> Optional.of(text).filter(uri -> uri.indexOf(':') > 0);
        };
    return value.map(same -> new CertificateSubject(kind, same));
  }

  /** Whether the certificate has this name. */
  public boolean isOf(X509Certificate certificate) {
    return kind == Kind.SUBJECT_DN
        ? written(certificate.getSubjectX500Principal()).equals(value)
        : alternatives(certificate).stream().anyMatch(this::matches);
  }

  private boolean matches(List<?> alternative) {
    return alternative.getFirst() instanceof Integer type
        && type == kind.type
        && alternative.get(1) instanceof String name
        && switch (kind) {
          case SAN_IP -> address(name).equals(address(value));
          case SAN_DNS -> name.toLowerCase(Locale.ROOT).equals(value); // RFC 4343
          default -> name.equals(value);
        };
  }

  private static Collection<List<?>> alternatives(X509Certificate certificate) {
    try {
      Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      return names == null ? Set.of() : names;
    } catch (CertificateParsingException e) {
      return Set.of(); // names that cannot be read are nobody's
    }
  }

  private static Optional<String> distinguished(String text) {
    try {
      return Optional.of(written(new X500Principal(text))).filter(name -> !name.isEmpty());
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Letter for letter: X.500's own comparison folds look-alike letters into one. */
  private static String written(X500Principal name) {
    return name.getName(X500Principal.RFC2253);
  }

  /** A literal: nothing is looked up. An IPv4 address in IPv6 form is another name. */
  private static Optional<InetAddress> address(String text) {
    try {
      InetAddress literal = InetAddress.ofLiteral(text);
      boolean dotted = text.chars().filter(c -> c == '.').count() == DOTS;
      boolean plain = text.contains(":") ? literal instanceof Inet6Address : dotted;
      return plain && !text.contains("%") ? Optional.of(literal) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
