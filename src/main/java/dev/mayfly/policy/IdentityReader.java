package dev.mayfly.policy;

import com.nimbusds.jose.jwk.JWKSet;
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
    Optional<Section> client = section.optionalSection("client");
    Optional<Section> federated = section.optionalSection("federated");
    if (client.isPresent() == federated.isPresent()) {
      section
          .findings()
          .error(
              FindingCode.MISSING_KEY,
              section.position(),
              "an identity proves itself in one way: client or federated");
    }
    return client
        .<Proving>map(IdentityReader::client)
        .or(() -> federated.map(IdentityReader::federated))
        .orElse(new Proving.Federated("", "", ""));
  }

  private static Proving.PrivateKeyJwt client(Section section) {
    Proving.PrivateKeyJwt client =
        new Proving.PrivateKeyJwt(
            section.value(
                "spiffe-id",
                text -> Optional.of(text).filter(SpiffeId::isWellFormed),
                FindingCode.BAD_SPIFFE_ID,
                "a SPIFFE ID with a path",
                ""),
            TrustReader.algorithms(section),
            new JWKSet(JwkReader.read(section, "keys")));
    section.done();
    return client;
  }

  private static Proving.Federated federated(Section section) {
    Proving.Federated federated =
        new Proving.Federated(
            section.text("trust"),
            section.text("condition"),
            section.value(
                "spiffe-id",
                text -> Optional.of(text).filter(SpiffeTemplate::isWellFormed),
                FindingCode.BAD_SPIFFE_ID,
                "a SPIFFE ID with a path, with places like {claims.sub}",
                ""));
    section.done();
    return federated;
  }
}
