package dev.mayfly.policy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The X.509 certificates that a role gives.
 *
 * @param names beside the identity's SPIFFE ID, which an SVID has alone
 * @param extendedKeyUsage dotted object identifiers, of profile {@link Profile#CUSTOM}
 * @param ttl the longest life of a certificate
 */
public record X509Rules(
    Profile profile, List<CertificateName> names, Set<String> extendedKeyUsage, Duration ttl) {

  public X509Rules {
    names = List.copyOf(names);
    extendedKeyUsage = Set.copyOf(extendedKeyUsage);
  }

  /** What a certificate is for. */
  public enum Profile {
    /** A SPIFFE X509-SVID: the SPIFFE ID, for both ends of a connection. */
    SVID("svid"),
    TLS_SERVER("tls-server"),
    TLS_CLIENT("tls-client"),
    /** What its extended key usages say, e.g. code signing. */
    CUSTOM("custom");

    private final String word;

    Profile(String word) {
      this.word = word;
    }

    /** As the policy and the ledger write it. */
    public String word() {
      return word;
    }

    static Optional<Profile> named(String word) {
      for (Profile profile : values()) {
        if (profile.word.equals(word)) {
          return Optional.of(profile);
        }
      }
      return Optional.empty();
    }
  }

  /**
   * What a certificate for this subject says who it is, each with its type before it: {@code
   * DNS:orders.shop.example}. Sorted; empty when a claim is missing or holds what no name may.
   */
  Optional<Set<String>> namesFor(Subject subject) {
    if (profile == Profile.SVID) {
      return Optional.of(Set.of("URI:" + subject.name()));
    }
    return filled(names, subject.attributes());
  }

  private static Optional<Set<String>> filled(
      List<CertificateName> names, Map<String, Object> claims) {
    Set<String> filled = new TreeSet<>();
    for (CertificateName name : names) {
      Optional<String> text = name.fill(claims);
      if (text.isEmpty()) {
        return Optional.empty();
      }
      filled.add(text.get());
    }
    return Optional.of(filled);
  }
}
