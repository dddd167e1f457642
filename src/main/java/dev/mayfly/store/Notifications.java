package dev.mayfly.store;

import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.pgclient.PgConnection;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgNotification;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Hints from the other nodes through the database (LISTEN and NOTIFY), on one connection of its
 * own. A hint may be lost and says only "look": whoever listens also looks from time to time
 * (design section 8). After a lost connection every listener is run once, since anything may have
 * been said meanwhile.
 */
@ApplicationScoped
public class Notifications {

  private static final Logger LOG = Logger.getLogger(Notifications.class);

  /** Channel names go into the LISTEN statement as they are, so they may hold nothing else. */
  private static final Pattern CHANNEL = Pattern.compile("[a-z][a-z_]{0,62}");

  private static final String TELL = "SELECT pg_notify($1, '')";
  private static final Duration FIRST_WAIT = Duration.ofMillis(100);
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

  private static final Duration PING_EVERY = Duration.ofSeconds(5);

  /** One that says nothing for this long is dead. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Vertx vertx;
  private final PgConnectOptions options;
  private final Map<String, List<Runnable>> listeners = new ConcurrentHashMap<>();

  private @Nullable PgConnection connection;
  private boolean connecting;
  private int attempts;
  private boolean closed;
  private Duration backOff = FIRST_WAIT;

  @Inject
  Notifications(
      Vertx vertx,
      @ConfigProperty(name = "quarkus.datasource.reactive.url") String url,
      @ConfigProperty(name = "quarkus.datasource.username") String user,
      @ConfigProperty(name = "quarkus.datasource.password") Optional<String> password) {
    this(
        vertx,
        PgConnectOptions.fromUri(url)
            .setUser(user)
            .setPassword(password.orElse(""))
            .setTcpKeepAlive(true));
  }

  void start(@Observes StartupEvent event) {
    vertx.setPeriodic(PING_EVERY.toMillis(), tick -> ping());
  }

  /** A connection on which one only listens cannot tell silence from lost packets. */
  synchronized void ping() {
    if (connection != null) {
      PgConnection asked = connection;
      asked
          .query("SELECT 1")
          .execute()
          .ifNoItem()
          .after(PATIENCE)
          .fail()
          .subscribe()
          .with(answered -> {}, failure -> Connections.cut(asked));
    }
  }

  /** For tests that run several nodes in one process. */
  public Notifications(Vertx vertx, PgConnectOptions options) {
    this.vertx = vertx;
    this.options = options;
  }

  /** Tells every node, once the transaction of {@code client} has committed. */
  public static Uni<Void> tell(SqlClient client, String channel) {
    return client.preparedQuery(TELL).execute(Tuple.of(channel)).replaceWithVoid();
  }

  /**
   * Runs {@code look} at every hint on the channel, and after every (re)connect. It runs on an
   * event loop: it starts work, it does not do it.
   */
  public synchronized void listen(String channel, Runnable look) {
    if (!CHANNEL.matcher(channel).matches()) {
      throw new IllegalArgumentException("not a channel name: " + channel);
    }
    listeners.computeIfAbsent(channel, name -> new CopyOnWriteArrayList<>()).add(look);
    if (connection != null) {
      subscribe(connection);
    } else {
      connect();
    }
  }

  /** Hears nothing more. */
  @PreDestroy
  public synchronized void close() {
    closed = true;
    if (connection != null) {
      connection.closeAndForget();
    }
  }

  private synchronized void connect() {
    if (connecting || closed || connection != null) {
      return;
    }
    connecting = true;
    int attempt = ++attempts;
    PgConnection.connect(vertx, options)
        .subscribe()
        .with(fresh -> connected(fresh, attempt), failure -> failed(failure.toString(), attempt));
    vertx.setTimer(PATIENCE.toMillis(), tick -> failed("no answer", attempt));
  }

  private synchronized void connected(PgConnection fresh, int attempt) {
    if (closed || !isUnderWay(attempt)) {
      fresh.closeAndForget();
      return;
    }
    connecting = false;
    fresh.notificationHandler(this::heard);
    fresh.exceptionHandler(
        failure -> LOG.debugf("notifications will reconnect: %s", failure.getMessage()));
    fresh.closeHandler(() -> lost(fresh));
    connection = fresh;
    subscribe(fresh);
  }

  /** LISTEN is idempotent, so one statement serves a new connection and a new listener alike. */
  private void subscribe(PgConnection on) {
    String statement =
        listeners.keySet().stream().map(name -> "LISTEN " + name).collect(Collectors.joining(";"));
    on.query(statement)
        .execute()
        .subscribe()
        .with(done -> subscribed(), failure -> on.closeAndForget());
  }

  /** Only now is nothing missed any more, so only now is looking once enough. */
  private void subscribed() {
    synchronized (this) {
      backOff = FIRST_WAIT;
    }
    listeners.values().forEach(list -> list.forEach(Notifications::run));
  }

  private void heard(PgNotification hint) {
    listeners.getOrDefault(hint.getChannel(), List.of()).forEach(Notifications::run);
  }

  private static void run(Runnable look) {
    try {
      look.run();
    } catch (RuntimeException e) {
      LOG.error("a listener for database notifications failed", e);
    }
  }

  private synchronized void lost(PgConnection gone) {
    if (gone.equals(connection)) {
      connection = null;
      connectLater();
    }
  }

  private synchronized void failed(String why, int attempt) {
    if (isUnderWay(attempt)) {
      connecting = false;
      LOG.debugf("no connection for notifications: %s", why);
      connectLater();
    }
  }

  /** An attempt that was given up may still come to something, or fail, later. */
  private boolean isUnderWay(int attempt) {
    return connecting && attempt == attempts;
  }

  private void connectLater() {
    if (closed) {
      return;
    }
    vertx.setTimer(backOff.toMillis(), timer -> connect());
    Duration next = backOff.multipliedBy(2);
    backOff = next.compareTo(LONGEST_WAIT) < 0 ? next : LONGEST_WAIT;
  }
}
