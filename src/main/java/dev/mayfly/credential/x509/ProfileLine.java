package dev.mayfly.credential.x509;

import java.math.BigInteger;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * One line of the profile each: what every certificate of this broker has to be. Each can be broken
 * alone, and a test does.
 */
@SuppressWarnings("ImmutableEnumChecker") // a check holds nothing
enum ProfileLine {
  VERSION_IS_3("RFC 5280 4.1.2.1", l -> l.seen().version().equals(BigInteger.TWO)),
  SERIAL_IS_THE_ONE_ASKED_FOR(
      "RFC 5280 4.1.2.2", l -> l.seen().serial().equals(l.asked().serial())),
  /** A positive number of more than 64 bits, which a UUIDv7 has 74 random ones of. */
  SERIAL_IS_LONG(
      "CA/B BR 7.1", l -> l.seen().serial().signum() > 0 && l.seen().serial().bitLength() > 64),
  ALGORITHM_IS_SAID_TWICE_ALIKE(
      "RFC 5280 4.1.1.2", l -> Arrays.equals(l.seen().innerAlgorithm(), l.seen().outerAlgorithm())),
  ALGORITHM_IS_ONE_OF_OURS(
      "RFC 5280 4.1.1.2", l -> SignatureForm.identifiedBy(l.seen().innerAlgorithm()).isPresent()),
  ISSUER_IS_ITS_SUBJECT(
      "RFC 5280 4.1.2.4", l -> Arrays.equals(l.seen().issuer(), l.issuer().name())),
  STARTS_BEFORE_IT_ENDS(
      "RFC 5280 4.1.2.5", l -> !l.seen().notAfter().isBefore(l.seen().notBefore())),
  IS_BACKDATED_BY_MINUTES(
      "mayfly",
      l ->
          !l.seen().notBefore().isAfter(l.asked().issuedAt())
              && Duration.between(l.seen().notBefore(), l.asked().issuedAt())
                      .compareTo(Duration.ofMinutes(5))
                  <= 0),
  /** Valid through its last second (RFC 5280 4.1.2.5), so a second more must not be too late. */
  ENDS_IN_TIME("rule 4", l -> !l.seen().notAfter().plusSeconds(1).isAfter(l.asked().expiresAt())),
  ENDS_WITH_ITS_ISSUER("rule 4", l -> !l.seen().notAfter().isAfter(l.issuer().notAfter())),
  SUBJECT_IS_EMPTY_FOR_A_LEAF(
      "RFC 5280 4.1.2.6",
      l ->
          l.isLeaf()
              ? l.seen().hasEmptySubject()
              : Arrays.equals(l.seen().subject(), CertificateBuilder.name(l.asked().commonName()))
                  && !l.seen().hasEmptySubject()),
  KEY_IS_THE_ONE_ASKED_FOR(
      "RFC 5280 4.1.2.7", l -> Arrays.equals(l.seen().spki(), l.asked().key().spki())),
  KEY_IS_STRONG("RFC 5280 4.1.2.7", ProfileLine::keyIsStrong),
  NO_UNIQUE_IDS("RFC 5280 4.1.2.8", l -> !l.seen().uniqueIds()),
  ONLY_KNOWN_EXTENSIONS("RFC 5280 4.2", ExtensionLines::onlyKnown),
  CRITICAL_ARE_EXACTLY_THESE("RFC 5280 4.2", ExtensionLines::criticalOnes),
  AUTHORITY_IS_SAID("RFC 5280 4.2.1.9", ExtensionLines::basicConstraints),
  KEY_USAGE_IS_EXACT("RFC 5280 4.2.1.3", ExtensionLines::keyUsage),
  EXTENDED_KEY_USAGE_IS_EXACT("RFC 5280 4.2.1.12", ExtensionLines::extendedKeyUsage),
  NAMES_ARE_THE_ONES_ASKED_FOR("RFC 5280 4.2.1.6", ExtensionLines::names),
  SVID_HAS_ONE_SPIFFE_ID("SPIFFE X509-SVID 2", ExtensionLines::svidHasOneSpiffeId),
  NO_SPIFFE_ID_BUT_IN_AN_SVID("SPIFFE X509-SVID 2", ExtensionLines::noSpiffeIdElsewhere),
  SUBJECT_KEY_IDENTIFIER_IS_THE_KEYS("RFC 7093 2 (1)", ExtensionLines::subjectKeyIdentifier),
  AUTHORITY_KEY_IDENTIFIER_IS_THE_ISSUERS(
      "RFC 5280 4.2.1.1", ExtensionLines::authorityKeyIdentifier),
  LIST_IS_THE_ONE_ASKED_FOR("RFC 5280 4.2.1.13", ExtensionLines::distributionPoint),
  LEAF_HAS_A_LIST(
      "RFC 5280 4.2.1.13",
      l -> !l.isLeaf() || l.seen().extension(ExtensionValues.CRL_DISTRIBUTION_POINTS).isPresent()),
  ACCESS_IS_THE_ONE_ASKED_FOR("RFC 5280 4.2.2.1", ExtensionLines::access),
  ONLY_A_RESPONDER_HAS_NOCHECK("RFC 6960 4.2.2.2.1", ExtensionLines::nocheck),
  GRANT_IS_NAMED("rule 1", ExtensionLines::grant);

  /**
   * What a line looks at.
   *
   * @param said the certificate's names, which several lines look at; empty where they cannot be
   *     read
   */
  record Looked(
      ParsedCertificate seen,
      CertificateTemplate asked,
      Issuer issuer,
      Optional<Set<SubjectName>> said) {

    static Looked at(ParsedCertificate seen, CertificateTemplate asked, Issuer issuer) {
      return new Looked(seen, asked, issuer, names(seen));
    }

    private static Optional<Set<SubjectName>> names(ParsedCertificate seen) {
      var extension = seen.extension(ExtensionValues.SUBJECT_ALTERNATIVE_NAME);
      try {
        return Optional.of(
            extension.isPresent()
                ? new HashSet<>(ExtensionValues.names(extension.get().value()))
                : Set.of());
      } catch (NotDer e) {
        return Optional.empty();
      }
    }

    boolean isLeaf() {
      return asked.purpose() instanceof Purpose.Leaf;
    }

    Optional<byte[]> value(String oid) {
      return seen.extension(oid).map(ParsedCertificate.Extension::value);
    }

    Set<SubjectName> names() throws NotDer {
      return said.orElseThrow(() -> new NotDer("the names cannot be read"));
    }
  }

  /** Whether the line holds; what cannot be read does not hold. */
  @FunctionalInterface
  interface Check {
    boolean holds(Looked looked) throws NotDer;
  }

  private final String source;
  private final Check check;

  ProfileLine(String source, Check check) {
    this.source = source;
    this.check = check;
  }

  /** The standard's section, or the rule of Mayfly's own. */
  String source() {
    return source;
  }

  boolean holds(Looked looked) {
    try {
      return check.holds(looked);
    } catch (NotDer e) {
      return false;
    }
  }

  /** Authorities have keys of the broker's rings, whose algorithms are more. */
  private static boolean keyIsStrong(Looked looked) {
    byte[] seen = looked.seen().spki();
    return !looked.isLeaf()
        || looked.asked().key().isJudged(seen)
        || SubjectKey.parse(seen) instanceof dev.mayfly.Outcome.Ok<SubjectKey>;
  }
}
