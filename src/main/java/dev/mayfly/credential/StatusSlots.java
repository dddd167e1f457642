package dev.mayfly.credential;

import dev.mayfly.MayflyConfig;
import dev.mayfly.store.Database;
import dev.mayfly.store.ListId;
import dev.mayfly.store.Node;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.core.buffer.Buffer;
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
 * Gives each new credential its place on a status list (docs/decisions/0004). Lists belong to one
 * node and one stretch of expiries; opening one is a row, signing it is the publisher's business.
 */
@ApplicationScoped
public class StatusSlots {

  private static final Logger LOG = Logger.getLogger(StatusSlots.class);

  /** A list must still fit when node and database clocks differ by this much. */
  private static final Duration CLOCK_SLACK = Duration.ofSeconds(30);

  private static final String OPEN =
      """
      WITH fresh AS (SELECT nextval(pg_get_serial_sequence('status_lists', 'id')) AS id)
      INSERT INTO status_lists (id, uri, node_id, size, ends_at, state, bits, opened_at)
        OVERRIDING SYSTEM VALUE
      SELECT fresh.id, $1 || '/status-lists/' || fresh.id, $2, $3, $4, 'LIVE', $5, mayfly_now()
      FROM fresh
      RETURNING id, uri, pg_notify('mayfly_lists_opened', id::text)
      """;

  private final Database database;
  private final Node node;
  private final InstantSource clock;
  private final CredentialConfig config;
  private final String issuer;
  private final SecureRandom random = new SecureRandom();
  private final Map<Instant, OpenList> open = new ConcurrentHashMap<>();
  private final Map<Instant, Uni<OpenList>> opening = new ConcurrentHashMap<>();

  public StatusSlots(
      Database database,
      Node node,
      InstantSource clock,
      CredentialConfig config,
      MayflyConfig mayfly) {
    if (config.listSize() <= 0 || config.listSize() % Byte.SIZE != 0) {
      throw new IllegalArgumentException(
          "mayfly.credential.list-size must be a positive multiple of 8");
    }
    this.database = database;
    this.node = node;
    this.clock = clock;
    this.config = config;
    this.issuer = mayfly.issuer();
  }

  /** A place on a list that carries expiries of at least {@code ttl} from now. */
  public Uni<Slot> take(Duration ttl) {
    Instant group = groupOf(clock.instant().plus(CLOCK_SLACK).plus(ttl));
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
    return opened(group).chain(fresh -> slotOf(fresh, ttl));
  }

  /** Stops using a list that the ledger would not take. */
  public void forget(ListId list) {
    open.values().removeIf(known -> known.id().equals(list));
  }

  private Uni<Slot> slotOf(OpenList fresh, Duration ttl) {
    return fresh.next().map(slot -> Uni.createFrom().item(slot)).orElseGet(() -> take(ttl));
  }

  private Instant groupOf(Instant expiry) {
    long width = config.listGroup().toSeconds();
    return Instant.ofEpochSecond(Math.ceilDiv(expiry.getEpochSecond(), width) * width);
  }

  private void openAhead(Instant group, OpenList full) {
    if (!opening.containsKey(group) && open.get(group) == full) {
      opened(group)
          .subscribe()
          .with(fresh -> {}, lost -> LOG.warnf("cannot open a status list ahead: %s", lost));
    }
  }

  /** Opens a list once, however many wait for it. */
  private Uni<OpenList> opened(Instant group) {
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

  private Uni<OpenList> open(Instant group) {
    Instant now = clock.instant();
    open.keySet().removeIf(ended -> ended.isBefore(now));
    Tuple parameters =
        Tuple.tuple()
            .addString(issuer)
            .addUUID(node.id().value())
            .addInteger(config.listSize())
            .addOffsetDateTime(group.atOffset(ZoneOffset.UTC))
            .addValue(Buffer.buffer(new byte[config.listSize() / Byte.SIZE]));
    return database
        .run(OPEN, parameters)
        .emitOn(Infrastructure.getDefaultWorkerPool()) // drawing the order takes milliseconds
        .map(rows -> listOf(rows.iterator().next(), group));
  }

  private OpenList listOf(Row row, Instant group) {
    return new OpenList(
        new ListId(row.getLong("id")), row.getString("uri"), group, config.listSize(), random);
  }
}
