package dev.mayfly.credential.x509;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a request asks for beyond a certificate for its key. Each wish is exactly what policy gives,
 * or the request is refused: nothing is widened, and nothing is left out in silence.
 *
 * @param commonName of the subject, which may repeat one of the names
 * @param names of subjectAltName
 * @param keyUsage as {@link ExtensionValues} has its bits
 * @param extendedKeyUsage object identifiers
 * @param authority whether it wants to be a certificate authority
 */
public record Wishes(
    Optional<String> commonName,
    Optional<Set<SubjectName>> names,
    Optional<Integer> keyUsage,
    Optional<Set<String>> extendedKeyUsage,
    boolean authority) {

  /** How many of the wished names a refusal repeats. */
  private static final int NAMES_TOLD = 3;

  private static final int MOST_TOLD = 120;

  public Wishes {
    names = names.map(Set::copyOf);
    extendedKeyUsage = extendedKeyUsage.map(Set::copyOf);
  }

  static Wishes none(Optional<String> commonName) {
    return new Wishes(commonName, Optional.empty(), Optional.empty(), Optional.empty(), false);
  }

  /**
   * Whether it asks for no other than this; the reason of a refusal repeats the request's own words
   * only, never what policy would have given.
   */
  public Outcome<Wishes> within(Purpose.Leaf purpose, Set<SubjectName> given) {
    return problem(purpose, given)
        .<Outcome<Wishes>>map(
            why -> Outcome.refused(new Refusal.Malformed("asks-for-more", "the request " + why)))
        .orElseGet(() -> Outcome.ok(this));
  }

  private Optional<String> problem(Purpose.Leaf purpose, Set<SubjectName> given) {
    if (authority) {
      return Optional.of("asks to be a certificate authority");
    }
    Set<SubjectName> foreign = new TreeSet<>(names.orElse(Set.of()));
    foreign.removeAll(given);
    if (!foreign.isEmpty()) {
      return Optional.of("asks for names that the role does not give: " + first(foreign));
    }
    if (names.isPresent() && !names.get().equals(given)) {
      return Optional.of(
          "asks for less than all names of the role: leave them out, or ask for all");
    }
    if (commonName.isPresent()
        && given.stream().noneMatch(n -> n.text().equals(commonName.get()))) {
      return Optional.of("has a common name that is none of the names of the role");
    }
    if (keyUsage.isPresent() && keyUsage.get() != ExtensionValues.DIGITAL_SIGNATURE) {
      return Optional.of("asks for a key usage other than digitalSignature alone");
    }
    return extendedKeyUsage.isPresent()
            && !extendedKeyUsage.get().equals(purpose.extendedKeyUsage())
        ? Optional.of("asks for an extended key usage other than that of the role's profile")
        : Optional.empty();
  }

  private static String first(Set<SubjectName> foreign) {
    return String.join(", ", foreign.stream().limit(NAMES_TOLD).map(Wishes::cut).toList())
        + (foreign.size() > NAMES_TOLD ? " and more" : "");
  }

  /** A name may be 2048 characters long; what is told of it is not. */
  private static String cut(SubjectName name) {
    String text = name.toString();
    return text.length() > MOST_TOLD ? text.substring(0, MOST_TOLD) + "..." : text;
  }
}
