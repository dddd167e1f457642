package dev.mayfly.credential.ssh;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.credential.Facts;
import dev.mayfly.credential.ListKind;
import dev.mayfly.credential.Order;
import dev.mayfly.credential.keycheck.KnownBadKeys;
import dev.mayfly.key.Alg;
import dev.mayfly.key.KeyRings;
import dev.mayfly.key.RingKey;
import dev.mayfly.key.RingName;
import dev.mayfly.key.SigningKey;
import dev.mayfly.policy.Role;
import dev.mayfly.policy.SshRules;
import dev.mayfly.store.CredentialId;
import dev.mayfly.store.KeyId;
import dev.mayfly.store.Uuids;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * SSH certificates (draft-ietf-sshm-cert). What one says follows from the ledger's facts, the role
 * and the subject's key; a redelivered one differs in its nonce alone.
 */
@ApplicationScoped
public class SshKind {

  private static final int MOST_OF_A_NAME = 400;

  /** For hosts whose clock is behind. */
  private static final Duration BACKDATED = Duration.ofMinutes(2);

  private final KeyRings rings;
  private final KnownBadKeys knownBad;
  private final SecureRandom random = new SecureRandom();

  SshKind(KeyRings rings, KnownBadKeys knownBad) {
    this.rings = rings;
    this.knownBad = knownBad;
  }

  /** A certificate for this key, where it is on no list of known-bad keys. */
  public Outcome<Order> order(SshPublicKey key) {
    return knownBad.check(key.publicKey()).then(good -> Outcome.ok(new Certificate(key)));
  }

  /** The serial number of a credential: what a KRL names it by. */
  public static long serial(CredentialId id) {
    return id.value().getLeastSignificantBits();
  }

  /** The public keys of the CAs of this type that may sign or have signed what is still good. */
  public List<SshPublicKey> authorities(SshRules.Type type) {
    return rings.keys(purpose(type)).stream().map(key -> SshPublicKey.of(key.publicKey())).toList();
  }

  /** The same, one a line, as OpenSSH reads them from a file. */
  public byte[] lines(SshRules.Type type) {
    return authorities(type).stream()
        .map(SshPublicKey::line)
        .collect(Collectors.joining("\n", "", "\n"))
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static String purpose(SshRules.Type type) {
    return type == SshRules.Type.USER ? RingName.SSH_USER : RingName.SSH_HOST;
  }

  /** Refused once the key is tainted: no ring has it any more. */
  private Outcome<SshCa> ca(SigningKey key, SshRules.Type type) {
    KeyId id = key.id();
    return rings.keys(purpose(type)).stream()
        .filter(one -> one.id().equals(id))
        .findFirst()
        .map(known -> Outcome.ok(ca(key, known)))
        .orElseGet(
            () ->
                Outcome.refused(
                    new Refusal.Unavailable("no-ca-key", "the CA key " + id + " has gone")));
  }

  private static SshCa ca(SigningKey key, RingKey known) {
    return new SshCa(
        SshPublicKey.of(known.publicKey()),
        SshSigning.named(key.alg().joseName()).orElseThrow(),
        key::sign);
  }

  private static SshOptions options(SshRules rules) {
    return new SshOptions(
        List.copyOf(new TreeSet<>(rules.sourceAddress())),
        rules.forceCommand(),
        new TreeSet<>(rules.extensions()));
  }

  /** What sshd writes into its log: who, and where to look for more. */
  static String keyId(Facts facts) {
    String who =
        facts.acting().isPresent()
            ? "%s by %s".formatted(cut(facts.subject()), cut(facts.client()))
            : cut(facts.subject());
    return "%s grant %s credential %s".formatted(who, facts.grant(), facts.id());
  }

  /** A SPIFFE ID may be longer than a key id; the credential's id says the rest. */
  private static String cut(String name) {
    return name.length() > MOST_OF_A_NAME ? name.substring(0, MOST_OF_A_NAME) + "..." : name;
  }

  private final class Certificate implements Order {

    private final SshPublicKey subject;

    Certificate(SshPublicKey subject) {
      this.subject = subject;
    }

    @Override
    public String kind() {
      return "SSH";
    }

    @Override
    public ListKind list() {
      return ListKind.KRL_SHARD;
    }

    @Override
    public RingName ring(Role role) {
      String purpose = purpose(role.ssh().orElseThrow().type());
      return rings.first(purpose).orElse(new RingName(purpose, Alg.ED25519));
    }

    @Override
    public Optional<String> thumbprint(Role role) {
      return Optional.of(subject.thumbprint());
    }

    @Override
    public CredentialId newId(InstantSource clock) {
      return new CredentialId(Uuids.unpredictable(clock));
    }

    /** Its options, and whom they were meant for. */
    @Override
    public boolean holdsOfTheRole() {
      return true;
    }

    /** One line, as a file {@code id_...-cert.pub} has it. */
    @Override
    public Outcome<String> sign(Facts facts, Role role, SigningKey key) {
      SshRules rules = role.ssh().orElseThrow();
      SshCertificate certificate =
          new SshCertificate(
              rules.type() == SshRules.Type.USER
                  ? SshCertificate.Type.USER
                  : SshCertificate.Type.HOST,
              subject,
              serial(facts.id()),
              keyId(facts),
              List.of(facts.audience().split(" ", -1)),
              facts.issuedAt().minus(BACKDATED),
              facts.expiresAt(),
              options(rules));
      return ca(key, rules.type()).then(ca -> Outcome.ok(certificate.signedBy(ca, random).line()));
    }
  }
}
