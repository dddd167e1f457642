package dev.mayfly.policy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A SPIFFE ID with places for claims, e.g. {@code spiffe://td/ci/{claims.repository_id}} or {@code
 * spiffe://td/k8s/{claims["kubernetes.io"].namespace}}.
 *
 * <p>A value can not widen a name: it must be text or a whole number made of {@code [a-zA-Z0-9_-]}
 * and inner dots, so it never adds a separator, an escape or a relative segment.
 */
public final class SpiffeTemplate {

  private final ClaimTemplate template;
  private final String trustDomain;
  private final Pattern names;

  private SpiffeTemplate(ClaimTemplate template, String trustDomain) {
    this.template = template;
    this.trustDomain = trustDomain;
    this.names = template.pattern();
  }

  /** The template, or empty when the text is none in this trust domain. */
  public static Optional<SpiffeTemplate> parse(String text, String trustDomain) {
    ClaimTemplate template = ClaimTemplate.parse(text, ClaimTemplate.SEGMENT);
    return SpiffeId.problem(template.with("x"), trustDomain).isPresent()
        ? Optional.empty()
        : Optional.of(new SpiffeTemplate(template, trustDomain));
  }

  /** Whether the text is a template, in any trust domain. */
  static boolean isWellFormed(String text) {
    String domain = SpiffeId.trustDomainOf(text);
    return SpiffeId.isTrustDomain(domain) && parse(text, domain).isPresent();
  }

  /** The claims it takes values from, each as the path of names. */
  public List<List<String>> claims() {
    return template.claims();
  }

  /** The name for these claims; empty when one is missing or has a value that no name may hold. */
  public Optional<String> fill(Map<String, Object> claims) {
    return template.fill(claims).filter(filled -> SpiffeId.problem(filled, trustDomain).isEmpty());
  }

  /** Whether some claims make this name. */
  boolean couldBe(String name) {
    return names.matcher(name).matches();
  }

  /**
   * Whether some name could be made by both: a value adds no separator, so two templates share no
   * name when a path segment of one begins or ends in a way that the other's cannot.
   */
  boolean overlaps(SpiffeTemplate other) {
    String[] one = shape().split("/", -1);
    String[] two = other.shape().split("/", -1);
    if (one.length != two.length) {
      return false;
    }
    for (int segment = 0; segment < one.length; segment++) {
      if (!compatible(one[segment], two[segment])) {
        return false;
      }
    }
    return true;
  }

  /** With a {@code *} for each place, which no name may hold otherwise. */
  private String shape() {
    return template.with("*");
  }

  private static boolean compatible(String one, String two) {
    if (!one.contains("*") && !two.contains("*")) {
      return one.equals(two);
    }
    String oneStart = one.split("\\*", -1)[0];
    String twoStart = two.split("\\*", -1)[0];
    String oneEnd = one.substring(one.lastIndexOf('*') + 1);
    String twoEnd = two.substring(two.lastIndexOf('*') + 1);
    return (oneStart.startsWith(twoStart) || twoStart.startsWith(oneStart))
        && (oneEnd.endsWith(twoEnd) || twoEnd.endsWith(oneEnd));
  }
}
