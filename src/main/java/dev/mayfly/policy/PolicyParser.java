package dev.mayfly.policy;

import dev.mayfly.DurationText;
import dev.mayfly.policy.Findings.Position;
import dev.mayfly.policy.Findings.Positions;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Reads the text of a policy document into a {@link Policy}, or says what is wrong and where. */
final class PolicyParser {

  private static final long MAX_REVISION = 9_007_199_254_740_991L;
  private static final Function<String, Boolean> ANY_NAME = Syntax::isName;

  private PolicyParser() {}

  /**
   * What came of reading.
   *
   * @param policy present when there is no error
   * @param findings errors of form
   * @param positions where each part stands, for whoever judges the content
   */
  record Parsed(Optional<Policy> policy, List<Finding> findings, Positions positions) {}

  static Parsed parse(String text) {
    Findings findings = new Findings();
    Map<String, Position> positions = new LinkedHashMap<>();
    Optional<Policy> policy =
        YamlSource.compose(text, findings)
            .map(top -> new Section(top, "", new Section.Reading(findings, positions)))
            .map(PolicyParser::policy)
            .filter(read -> !findings.hasErrors());
    return new Parsed(policy, findings.list(), new Positions(positions));
  }

  private static Policy policy(Section top) {
    top.wholeNumber("schema", 1, 1);
    TrustReader.Trusts trusts = TrustReader.all(top);
    Policy policy =
        new Policy(
            top.wholeNumber("revision", 1, MAX_REVISION),
            trustDomain(top),
            top.section("ceilings")
                .map(PolicyParser::ceilings)
                .orElse(new Ceilings(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO)),
            top.optionalSection("bootstrap").flatMap(PolicyParser::operator),
            trusts.issuers(),
            trusts.logins(),
            trusts.authorities(),
            top.named("identities", IdentityReader::read),
            top.named("roles", PolicyParser::role),
            top.sections("entitlements").stream().map(PolicyParser::entitlement).toList());
    top.done();
    return policy;
  }

  private static String trustDomain(Section top) {
    return top.value(
        "trust-domain",
        text -> Optional.of(text).filter(SpiffeId::isTrustDomain),
        FindingCode.BAD_SPIFFE_ID,
        "a SPIFFE trust domain: lower-case letters, digits, dots, hyphens and underscores",
        "");
  }

  private static Ceilings ceilings(Section section) {
    Duration jwt = duration(section, "jwt");
    Ceilings ceilings =
        new Ceilings(
            jwt,
            CertificateReader.ceiling(section, "x509", jwt),
            CertificateReader.ceiling(section, "ssh", jwt),
            duration(section, "grant"),
            duration(section, "review"),
            section.value(
                "review-grace",
                DurationText::parse,
                FindingCode.BAD_DURATION,
                Syntax.DURATION_SHOULD,
                Duration.ZERO));
    section.done();
    return ceilings;
  }

  private static Optional<String> operator(Section section) {
    String operator = section.text("operator");
    section.done();
    return Optional.of(operator);
  }

  private static Role role(String id, Section section) {
    Role role =
        new Role(
            id,
            section.text("owner"),
            section.text("description"),
            audiences(section),
            scopes(section),
            duration(section, "ttl"),
            duration(section, "grant"),
            section
                .optionalValue(
                    "algorithm",
                    text -> Optional.of(text).filter(Algorithms.SIGNING::contains),
                    FindingCode.BAD_VALUE,
                    "ES256, RS256 or Ed25519")
                .orElse("ES256"),
            section.texts("environments", ANY_NAME, FindingCode.BAD_NAME, Syntax.NAME_SHOULD),
            section.optionalText("condition"),
            section.flag("announce", false),
            section
                .optionalValue(
                    "risk", PolicyParser::risk, FindingCode.BAD_VALUE, "low, medium or high")
                .orElse(Risk.MEDIUM),
            section
                .optionalValue(
                    "sender-constrained",
                    SenderConstraint::parse,
                    FindingCode.BAD_VALUE,
                    "dpop or mtls")
                .orElse(SenderConstraint.NONE),
            section.optionalSection("x509").map(CertificateReader::x509),
            section.optionalSection("ssh").map(CertificateReader::ssh),
            section.optionalSection("request").map(RequestReader::read));
    if (role.request().isPresent() && role.senderConstrained() == SenderConstraint.MTLS) {
      section.error(
          FindingCode.BAD_VALUE,
          "sender-constrained",
          "who requests a role shows a DPoP proof, and no certificate: write dpop");
    }
    section.done();
    return role;
  }

  /** A role that gives certificates may give no tokens. */
  private static Set<String> audiences(Section section) {
    String should = "an absolute URI without fragment, or " + Role.BROKER;
    return isForTokens(section)
        ? section.texts("audiences", Syntax::isAudience, FindingCode.BAD_URI, should)
        : Set.of();
  }

  private static boolean isForTokens(Section section) {
    return section.has("audiences")
        || section.has("scopes")
        || !(section.has("x509") || section.has("ssh"));
  }

  private static Entitlement entitlement(Section section) {
    Entitlement entitlement =
        new Entitlement(
            section.text("role"),
            section.text("identity"),
            section.value(
                "type",
                PolicyParser::type,
                FindingCode.BAD_VALUE,
                "standing or eligible",
                Entitlement.Type.STANDING),
            date(section, "until"),
            section.optionalTexts(
                "scopes", Syntax::isScope, FindingCode.BAD_VALUE, "an OAuth scope"),
            section.optionalTexts(
                "audiences",
                Syntax::isAudience,
                FindingCode.BAD_URI,
                "an absolute URI without fragment, or " + Role.BROKER),
            groups(section, "groups"));
    section.done();
    return entitlement;
  }

  private static Optional<Risk> risk(String text) {
    return switch (text) {
      case "low" -> Optional.of(Risk.LOW);
      case "medium" -> Optional.of(Risk.MEDIUM);
      case "high" -> Optional.of(Risk.HIGH);
      default -> Optional.empty();
    };
  }

  /** Names that another system gives, as it writes them; none when absent. */
  static Set<String> groups(Section section, String key) {
    return section
        .optionalTexts(key, text -> !text.isBlank(), FindingCode.BAD_VALUE, "a name")
        .orElse(Set.of());
  }

  private static Set<String> scopes(Section section) {
    return isForTokens(section)
        ? section.texts("scopes", Syntax::isScope, FindingCode.BAD_VALUE, "an OAuth scope")
        : Set.of();
  }

  private static Optional<Entitlement.Type> type(String text) {
    return switch (text) {
      case "standing" -> Optional.of(Entitlement.Type.STANDING);
      case "eligible" -> Optional.of(Entitlement.Type.ELIGIBLE);
      default -> Optional.empty();
    };
  }

  /** A positive length of time. */
  static Duration duration(Section section, String key) {
    return section.value(
        key,
        text -> DurationText.parse(text).filter(Duration::isPositive),
        FindingCode.BAD_DURATION,
        Syntax.DURATION_SHOULD,
        Duration.ofSeconds(1));
  }

  static Optional<Duration> optionalDuration(Section section, String key) {
    return section.has(key) ? Optional.of(duration(section, key)) : Optional.empty();
  }

  static Instant date(Section section, String key) {
    return section.value(
        key, Syntax::date, FindingCode.BAD_DATE, Syntax.DATE_SHOULD, Instant.EPOCH);
  }
}
