package dev.mayfly.policy;

import com.nimbusds.jose.jwk.JWKSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads one entry of {@code identities}. */
final class IdentityReader {

  private IdentityReader() {}

  static IdentityEntry read(String id, Section section) {
    IdentityEntry entry =
        new IdentityEntry(
            id,
            section.value(
                "kind",
                IdentityReader::kind,
                FindingCode.BAD_VALUE,
                "workload, agent or person",
                IdentityEntry.Kind.WORKLOAD),
            section.text("owner"),
            section.value(
                "environment",
                text -> Optional.of(text).filter(Syntax::isName),
                FindingCode.BAD_NAME,
                "a name; " + Syntax.NAME_SHOULD,
                "none"),
            PolicyParser.date(section, "review"),
            section
                .optionalTexts(
                    "serves",
                    Syntax::isAbsoluteUri,
                    FindingCode.BAD_URI,
                    "an absolute URI without fragment")
                .orElse(Set.of()),
            proving(section),
            section.optionalText("description").orElse(""));
    if (entry.proving() instanceof Proving.Login && entry.kind() != IdentityEntry.Kind.PERSON) {
      section.error(FindingCode.BAD_VALUE, "kind", "only a person logs in");
    }
    if (entry.proving() instanceof Proving.Join && entry.kind() != IdentityEntry.Kind.WORKLOAD) {
      section.error(FindingCode.BAD_VALUE, "kind", "only a workload joins");
    }
    section.done();
    return entry;
  }

  private static Optional<IdentityEntry.Kind> kind(String text) {
    return switch (text) {
      case "workload" -> Optional.of(IdentityEntry.Kind.WORKLOAD);
      case "agent" -> Optional.of(IdentityEntry.Kind.AGENT);
      case "person" -> Optional.of(IdentityEntry.Kind.PERSON);
      default -> Optional.empty();
    };
  }

  private static Proving proving(Section section) {
    List<Proving> ways = new ArrayList<>();
    section.optionalSection("client").map(IdentityReader::client).ifPresent(ways::add);
    section.optionalSection("federated").map(IdentityReader::federated).ifPresent(ways::add);
    section.optionalSection("join").map(IdentityReader::join).ifPresent(ways::add);
    section
        .optionalSection("certificate")
        .map(CertificateTrustReader::proving)
        .ifPresent(ways::add);
    section.optionalSection("login").map(IdentityReader::login).ifPresent(ways::add);
    if (ways.size() != 1) {
      section
          .findings()
          .error(
              FindingCode.MISSING_KEY,
              section.position(),
              "an identity proves itself in one way: client, federated, join, certificate or login");
    }
    return ways.isEmpty() ? new Proving.Federated("", "", "") : ways.getFirst();
  }

  private static Proving.PrivateKeyJwt client(Section section) {
    Proving.PrivateKeyJwt client =
        new Proving.PrivateKeyJwt(
            spiffeId(section),
            TrustReader.algorithms(section),
            new JWKSet(JwkReader.read(section, "keys")));
    section.done();
    return client;
  }

  private static Proving.Join join(Section section) {
    Proving.Join join =
        new Proving.Join(
            spiffeId(section),
            section
                .optionalTexts(
                    "attributes", Syntax::isWord, FindingCode.BAD_NAME, Syntax.WORD_SHOULD)
                .orElse(Set.of()));
    section.done();
    return join;
  }

  static String spiffeId(Section section) {
    return section.value(
        "spiffe-id",
        text -> Optional.of(text).filter(SpiffeId::isWellFormed),
        FindingCode.BAD_SPIFFE_ID,
        "a SPIFFE ID with a path",
        "");
  }

  private static Proving.Federated federated(Section section) {
    Proving.Federated federated =
        new Proving.Federated(section.text("trust"), section.text("condition"), template(section));
    section.done();
    return federated;
  }

  private static Proving.Login login(Section section) {
    Proving.Login login =
        new Proving.Login(
            section.text("trust"),
            section.text("condition"),
            template(section),
            section.text("role"));
    section.done();
    return login;
  }

  private static String template(Section section) {
    return section.value(
        "spiffe-id",
        text -> Optional.of(text).filter(SpiffeTemplate::isWellFormed),
        FindingCode.BAD_SPIFFE_ID,
        "a SPIFFE ID with a path, with places like {claims.sub}",
        "");
  }
}
