package dev.mayfly.credential;

import dev.mayfly.MayflyConfig;
import dev.mayfly.key.SigningKey;
import dev.mayfly.store.Database;
import dev.mayfly.store.KeyId;
import dev.mayfly.store.ListId;
import dev.mayfly.store.Node;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.mutiny.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/**
 * Gives each new credential its place on the list that would carry its revocation
 * (docs/decisions/0004). Lists belong to one node, one stretch of expiries and, where their kind
 * says so, one key; opening one is a row, signing it is the publisher's business.
 */
@ApplicationScoped
public class Slots {

  private static final Logger LOG = Logger.getLogger(Slots.class);

  /** A list must still fit when node and database clocks differ by this much. */
  private static final Duration CLOCK_SLACK = Duration.ofSeconds(30);

  private static final String OPEN =
      """
      WITH fresh AS (SELECT nextval(pg_get_serial_sequence('lists', 'id')) AS id)
      INSERT INTO lists (id, kind, kid, uri, node_id, size, ends_at, state, content, opened_at)
        OVERRIDING SYSTEM VALUE
      SELECT fresh.id, $1, $2, $3 || fresh.id || $4, $5, $6, $7, 'LIVE', $8, mayfly_now()
      FROM fresh
      RETURNING id, uri, pg_notify('mayfly_lists_opened', id::text)
      """;

  /** Which lists are open for the same credentials. */
  private record Group(ListKind kind, Optional<KeyId> key, Instant endsAt) {}

  private final Database database;
  private final Node node;
  private final InstantSource clock;
  private final CredentialConfig config;
  private final String issuer;
  private final SecureRandom random = new SecureRandom();
  private final Map<Group, OpenList> open = new ConcurrentHashMap<>();
  private final Map<Group, Uni<OpenList>> opening = new ConcurrentHashMap<>();

  public Slots(
      Database database,
      Node node,
      InstantSource clock,
      CredentialConfig config,
      MayflyConfig mayfly) {
    insistOnBytes("list-size", config.listSize());
    insistOnBytes("shard-size", config.shardSize());
    this.database = database;
    this.node = node;
    this.clock = clock;
    this.config = config;
    this.issuer = mayfly.issuer();
  }

  private static void insistOnBytes(String setting, int size) {
    if (size <= 0 || size % Byte.SIZE != 0) {
      throw new IllegalArgumentException(
          "mayfly.credential." + setting + " must be a positive multiple of 8");
    }
  }

  /** A place on a list of this kind that carries expiries of at least {@code ttl} from now. */
  public Uni<Slot> take(ListKind kind, SigningKey key, Duration ttl) {
    Group group = groupOf(kind, key, clock.instant().plus(CLOCK_SLACK).plus(ttl));
    OpenList list = open.get(group);
    if (list != null) {
      Optional<Slot> slot = list.next();
      if (list.isNearlyFull()) {
        openAhead(group, list);
      }
      if (slot.isPresent()) {
        return Uni.createFrom().item(slot.get());
      }
    }
    return opened(group)
        .chain(
            fresh ->
                fresh
                    .next()
                    .map(slot -> Uni.createFrom().item(slot))
                    .orElseGet(() -> take(kind, key, ttl)));
  }

  /** Stops using a list that the ledger would not take. */
  public void forget(ListId list) {
    open.values().removeIf(known -> known.id().equals(list));
  }

  /** A key's own lists end with it: nothing it signs does later (rule 4). */
  private Group groupOf(ListKind kind, SigningKey key, Instant expiry) {
    long width = config.listGroup().toSeconds();
    Instant end = Instant.ofEpochSecond(Math.ceilDiv(expiry.getEpochSecond(), width) * width);
    return kind.isOfOneKey()
        ? new Group(kind, Optional.of(key.id()), end.isAfter(key.notAfter()) ? key.notAfter() : end)
        : new Group(kind, Optional.empty(), end);
  }

  private void openAhead(Group group, OpenList full) {
    if (!opening.containsKey(group) && open.get(group) == full) {
      opened(group)
          .subscribe()
          .with(fresh -> {}, lost -> LOG.warnf("cannot open a status list ahead: %s", lost));
    }
  }

  /** Opens a list once, however many wait for it. */
  private Uni<OpenList> opened(Group group) {
    return opening.computeIfAbsent(
        group,
        key ->
            open(key)
                .onItem()
                .invoke(list -> open.put(key, list))
                .onTermination()
                .invoke(() -> opening.remove(key))
                .memoize()
                .indefinitely());
  }

  private Uni<OpenList> open(Group group) {
    Instant now = clock.instant();
    open.keySet().removeIf(ended -> ended.endsAt().isBefore(now));
    int size = sizeOf(group.kind());
    Tuple parameters =
        Tuple.tuple()
            .addString(group.kind().name())
            .addString(group.key().map(KeyId::value).orElse(null))
            .addString(issuer + group.kind().path())
            .addString(group.kind().suffix())
            .addUUID(node.id().value())
            .addInteger(size)
            .addOffsetDateTime(group.endsAt().atOffset(ZoneOffset.UTC))
            .addBuffer(
                Buffer.buffer(
                    group.kind() == ListKind.STATUS ? new byte[size / Byte.SIZE] : new byte[0]));
    return database
        .run(OPEN, parameters)
        .emitOn(Infrastructure.getDefaultWorkerPool()) // drawing the order takes milliseconds
        .map(rows -> listOf(rows.iterator().next(), size));
  }

  /** A shard is small: one more revocation makes all of it anew. */
  private int sizeOf(ListKind kind) {
    return kind == ListKind.STATUS ? config.listSize() : config.shardSize();
  }

  private OpenList listOf(Row row, int size) {
    return new OpenList(new ListId(row.getLong("id")), row.getString("uri"), size, random);
  }
}
