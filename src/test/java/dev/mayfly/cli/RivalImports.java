package dev.mayfly.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.credential.x509.RootImports;
import dev.mayfly.store.Database;
import dev.mayfly.story.Eventually;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Imports of different certificates for one root at the same moment. */
record RivalImports(Database database, RootImports imports) {

  private static final Duration SOON = Duration.ofSeconds(20);

  /** Their transactions wait for one row, which is let go when all of them do. */
  void oneWins(String key, List<String> chains, Optional<String> reason) throws Exception {
    CompletableFuture<Boolean> locked = new CompletableFuture<>();
    CompletableFuture<Boolean> released = new CompletableFuture<>();
    CompletableFuture<Boolean> held =
        database
            .inTransaction(
                connection ->
                    connection
                        .preparedQuery("SELECT 1 FROM signing_keys WHERE kid = $1 FOR UPDATE")
                        .execute(Tuple.of(key))
                        .invoke(rows -> locked.complete(true))
                        .chain(() -> Uni.createFrom().completionStage(released)))
            .subscribeAsCompletionStage();
    assertThat(locked.get(20, TimeUnit.SECONDS)).isTrue();
    List<CompletableFuture<Outcome<RootImports.Imported>>> all =
        chains.stream()
            .map(chain -> new RootImports.Import(chain, reason, "test", "test"))
            .map(one -> imports.bring(one).subscribeAsCompletionStage())
            .toList();
    Eventually.within(SOON, () -> waiting() == chains.size());
    released.complete(true);
    assertThat(held.get(20, TimeUnit.SECONDS)).isTrue();
    List<Outcome<RootImports.Imported>> ends = new ArrayList<>();
    for (var one : all) {
      ends.add(one.get(20, TimeUnit.SECONDS));
    }
    assertThat(ends).filteredOn(Outcome.Ok.class::isInstance).hasSize(1);
    assertThat(ends)
        .filteredOn(
            end ->
                end instanceof Outcome.Refused<RootImports.Imported>(Refusal refusal)
                    && refusal instanceof Refusal.Conflict)
        .hasSize(chains.size() - 1);
  }

  private long waiting() {
    return database
        .run(
            "SELECT count(*) AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                + " AND query LIKE 'SELECT state FROM signing_keys%'")
        .await()
        .atMost(SOON)
        .iterator()
        .next()
        .getLong("n");
  }
}
