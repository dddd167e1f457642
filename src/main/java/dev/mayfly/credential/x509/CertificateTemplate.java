package dev.mayfly.credential.x509;

import dev.mayfly.credential.Facts;
import dev.mayfly.store.CredentialId;
import dev.mayfly.store.GrantId;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * What a certificate shall say, whoever signs it. {@link CertificateBuilder} writes it and {@link
 * ProfileLint} reads it back.
 *
 * @param commonName of an authority or a responder; subjects have none: their names stand in
 *     subjectAltName
 * @param expiresAt the first moment at which it is no longer valid
 * @param grant under which it is issued; none for the broker's own hierarchy
 */
public record CertificateTemplate(
    BigInteger serial,
    Purpose purpose,
    Optional<String> commonName,
    SubjectKey key,
    Set<SubjectName> names,
    Instant issuedAt,
    Instant expiresAt,
    Pointers pointers,
    Optional<GrantId> grant) {

  /** For verifiers whose clock is behind; their certificates are as young as the broker's keys. */
  static final Duration BACKDATED = Duration.ofMinutes(2);

  public CertificateTemplate {
    names = Set.copyOf(names);
  }

  /** A credential's, from the ledger's facts alone: a redelivered one says the same. */
  public static CertificateTemplate of(
      Facts facts, Purpose.Leaf purpose, SubjectKey key, Pointers pointers) {
    return new CertificateTemplate(
        serial(facts.id()),
        purpose,
        Optional.empty(),
        key,
        names(facts.audience()),
        facts.issuedAt(),
        facts.expiresAt(),
        pointers,
        Optional.of(facts.grant()));
  }

  /** A certificate authority's, or an OCSP responder's. */
  public static CertificateTemplate ofHierarchy(
      BigInteger serial,
      Purpose purpose,
      String commonName,
      SubjectKey key,
      Instant issuedAt,
      Instant expiresAt,
      Pointers pointers) {
    return new CertificateTemplate(
        serial,
        purpose,
        Optional.of(commonName),
        key,
        Set.of(),
        issuedAt,
        expiresAt,
        pointers,
        Optional.empty());
  }

  /** The credential's id is the serial number: its 128 bits, positive as every UUIDv7. */
  public static BigInteger serial(CredentialId id) {
    UUID uuid = id.value();
    return new BigInteger(
        1,
        ByteBuffer.allocate(2 * Long.BYTES)
            .putLong(uuid.getMostSignificantBits())
            .putLong(uuid.getLeastSignificantBits())
            .array());
  }

  /** The ledger's spelling of a certificate's names: sorted, space-delimited. */
  public static String audience(Set<SubjectName> names) {
    return new TreeSet<>(names)
        .stream().map(SubjectName::toString).collect(Collectors.joining(" "));
  }

  /**
   * The same the other way; throws {@link IllegalArgumentException} on what is not the ledger's.
   */
  public static Set<SubjectName> names(String audience) {
    return Arrays.stream(audience.split(" ", -1))
        .map(SubjectName::parse)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** In whole seconds. */
  Instant notBefore() {
    return issuedAt.truncatedTo(ChronoUnit.SECONDS).minus(BACKDATED);
  }

  /** RFC 5280 4.1.2.5: it is valid through this second, so this is the last one that is whole. */
  Instant notAfter() {
    return expiresAt.truncatedTo(ChronoUnit.SECONDS).minusSeconds(1);
  }
}
