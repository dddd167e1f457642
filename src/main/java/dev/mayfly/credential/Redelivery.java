package dev.mayfly.credential;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.key.KeyRings;
import dev.mayfly.key.SigningKey;
import dev.mayfly.policy.Role;
import dev.mayfly.store.CredentialId;
import dev.mayfly.store.Database;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.KeyId;
import dev.mayfly.store.ListId;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Optional;

/**
 * Delivers a recorded credential again to the client that repeats its Idempotency-Key: the same
 * facts under the same id, no new row. It asks anew whether the credential is live, so a revoked
 * one is not handed out a second time (rule 3). What holds more of its role than the facts is not
 * delivered again once the policy is another.
 */
@ApplicationScoped
public class Redelivery {

  /*
   * By primary key of the idempotency key, then credentials_by_id in one partition. A RETIRING key may deliver
   * again what it signed while ACTIVE: it is published until the last of that has expired.
   */
  private static final String LIVE =
      """
      SELECT c.id, c.grant_id, c.kid, c.audience, c.scope, c.issued_at, c.expires_at, c.list_id, c.list_idx, l.uri, c.jkt,
             c.policy_version, n.name AS acts_for, g.task
      FROM idempotency_keys d
      JOIN credentials c ON c.id = d.credential_id AND c.list_ends_at = d.list_ends_at
      JOIN grants g ON g.id = c.grant_id AND g.state = 'ACTIVE' AND g.expires_at > mayfly_now()
      LEFT JOIN identities n ON n.id = g.acts_for
      JOIN signing_keys k ON k.kid = c.kid AND k.state IN ('ACTIVE', 'RETIRING')
      JOIN lists l ON l.id = c.list_id
      WHERE d.key = $1 AND c.identity_id = $2 AND c.revoked_at IS NULL AND c.expires_at > mayfly_now()
      """;

  private final Database database;
  private final KeyRings rings;

  public Redelivery(Database database, KeyRings rings) {
    this.database = database;
    this.rings = rings;
  }

  Uni<Outcome<Minted>> deliver(Entry entry, Order order, Role role) {
    Entry.Idempotency idempotency = entry.idempotency().orElseThrow();
    return database
        .run(LIVE, Tuple.of(idempotency.key(), entry.identity().value()))
        .chain(rows -> again(rows, entry, order, role));
  }

  private Uni<Outcome<Minted>> again(RowSet<Row> rows, Entry entry, Order order, Role role) {
    for (Row row : rows) {
      if (order.holdsOfTheRole() && row.getLong("policy_version") != entry.policyVersion()) {
        break;
      }
      Facts facts = facts(row, entry.name());
      return key(new KeyId(row.getString("kid")))
          .chain(found -> found.thenUni(key -> again(facts, order, role, key)));
    }
    return Uni.createFrom().item(noLonger());
  }

  private static Uni<Outcome<Minted>> again(Facts facts, Order order, Role role, SigningKey key) {
    return order
        .ready(key)
        .map(
            done ->
                order.sign(facts, role, key).then(token -> Outcome.ok(minted(facts, token, role))));
  }

  /** The database has said that the key is believed: this node may not have heard of it yet. */
  private Uni<Outcome<SigningKey>> key(KeyId id) {
    Optional<SigningKey> known = rings.byId(id);
    return known.isPresent()
        ? Uni.createFrom().item(Outcome.ok(known.get()))
        : rings
            .refresh()
            .map(
                done ->
                    rings
                        .byId(id)
                        .map(Outcome::ok)
                        .orElseGet(
                            () ->
                                Outcome.refused(
                                    new Refusal.Unavailable(
                                        "key-not-here", "this node cannot sign with key " + id))));
  }

  private static Minted minted(Facts facts, String token, Role role) {
    return new Minted(
        token,
        Duration.between(facts.issuedAt(), facts.expiresAt()),
        facts.scope(),
        facts.audience(),
        role.id(),
        facts.grant(),
        facts.id(),
        facts.jkt());
  }

  private static Facts facts(Row row, String name) {
    return new Facts(
        new CredentialId(row.getUUID("id")),
        new GrantId(row.getUUID("grant_id")),
        name,
        Optional.ofNullable(row.getString("acts_for"))
            .map(person -> new Entry.Acting(person, row.getString("task"))),
        row.getString("audience"),
        row.getString("scope"),
        time(row.getOffsetDateTime("issued_at")),
        time(row.getOffsetDateTime("expires_at")),
        new Slot(
            new ListId(row.getLong("list_id")), row.getString("uri"), row.getInteger("list_idx")),
        Optional.ofNullable(row.getString("jkt")));
  }

  private static java.time.Instant time(OffsetDateTime column) {
    return column.toInstant();
  }

  private static Outcome<Minted> noLonger() {
    return Outcome.refused(
        new Refusal.Conflict(
            "idempotency-ended",
            "the credential of this Idempotency-Key is no longer valid; use a new key"));
  }
}
