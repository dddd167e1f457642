package dev.mayfly.credential.x509;

import java.net.InetAddress;
import java.util.Optional;

/**
 * One name of a certificate (RFC 5280 4.2.1.6) in its only spelling, so that equal names are equal
 * texts. Written {@code DNS:orders.shop.example}, as the ledger has it.
 *
 * @param text in printable ASCII without spaces; the IP address as RFC 5952 has it
 */
public record SubjectName(Kind kind, String text) implements Comparable<SubjectName> {

  /** In the ledger's spelling, with the number of its tag in a GeneralName. */
  public enum Kind {
    EMAIL(1),
    DNS(2),
    URI(6),
    IP(7);

    private final int tag;

    Kind(int tag) {
      this.tag = tag;
    }

    int tag() {
      return tag;
    }
  }

  public SubjectName {
    NameGrammar.problem(kind, text)
        .ifPresent(
            why -> {
              throw new IllegalArgumentException(kind + " name " + why);
            });
  }

  /**
   * Reads {@code DNS:..}, {@code IP:..}, {@code URI:..} or {@code EMAIL:..}, the kind in either
   * case; throws {@link IllegalArgumentException} with a sentence.
   */
  public static SubjectName parse(String written) {
    for (Kind kind : Kind.values()) {
      String prefix = kind + ":";
      if (written.regionMatches(true, 0, prefix, 0, prefix.length())) {
        return new SubjectName(kind, written.substring(prefix.length()));
      }
    }
    throw new IllegalArgumentException("a name is written dns:, ip:, uri: or email: and the name");
  }

  /** Why the text is no name of this kind, for who has to say it; empty when it is one. */
  public static Optional<String> problem(Kind kind, String text) {
    return NameGrammar.problem(kind, text);
  }

  /** Whether this is a workload's identity, which only an X509-SVID may carry. */
  public boolean isSpiffeId() {
    return kind == Kind.URI && text.startsWith("spiffe:");
  }

  /** The content of its GeneralName. */
  byte[] encoded() {
    return kind == Kind.IP
        ? InetAddress.ofLiteral(text).getAddress()
        : text.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
  }

  @Override
  public int compareTo(SubjectName other) {
    return toString().compareTo(other.toString());
  }

  @Override
  public String toString() {
    return kind + ":" + text;
  }
}
