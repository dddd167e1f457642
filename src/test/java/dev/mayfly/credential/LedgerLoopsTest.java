package dev.mayfly.credential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.store.GrantId;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Where the ledger's verdicts arrive. */
class LedgerLoopsTest {

  private static final Duration HOUR = Duration.ofHours(1);

  private final LedgerFixture fixture = new LedgerFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  /** Or one loop signs for all while the others wait. */
  @Test
  void eachHearsOnItsOwnEventLoop_whenStatementsAreShared() throws Exception {
    GrantId grant = fixture.grant("orders-read", HOUR);
    VertxInternal vertx = (VertxInternal) fixture.test().vertx().getDelegate();
    List<Context> loops =
        IntStream.range(0, 4).<Context>mapToObj(i -> vertx.createEventLoopContext()).toList();
    List<CompletableFuture<Context>> heard = new ArrayList<>();
    for (int i = 0; i < 32; i++) {
      Entry entry = fixture.entry(grant);
      CompletableFuture<Context> at = new CompletableFuture<>();
      heard.add(at);
      loops
          .get(i % loops.size())
          .runOnContext(
              nothing ->
                  fixture
                      .ledger()
                      .record(entry)
                      .subscribe()
                      .with(
                          verdict -> at.complete(Vertx.currentContext()),
                          at::completeExceptionally));
    }

    for (int i = 0; i < heard.size(); i++) {
      assertThat(heard.get(i).get(10, TimeUnit.SECONDS)).isSameAs(loops.get(i % loops.size()));
    }
  }
}
