package dev.mayfly.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Status lists that are not to be believed, and what those that are say of a token. */
class LyingListTest extends AtARelyingService {

  @Test
  void commandFailsClosed_whenTheListIsStaleAndTheBrokerAway() throws Exception {
    String token = broker.token(7);
    verify(token);
    broker.close();
    mayfly.clock.move(Duration.ofSeconds(5));
    assertThat(verify(token)).isEqualTo(5);
    assertThat(mayfly.err()).contains("cannot reach " + broker.url());
  }

  @Test
  void revocationIsSeen_onceTheListsTtlIsOver() throws Exception {
    String token = broker.token(7);
    verify(token);
    broker.revoke(7);
    mayfly.clock.move(Duration.ofMillis(4999));
    assertThat(verify(token)).isZero();
    mayfly.clock.move(Duration.ofMillis(1));
    assertThat(verify(token)).isEqualTo(3);
    assertThat(mayfly.out()).startsWith("refused  it was revoked");
  }

  record BadList(String code, Map<String, Object> changes) {
    @Override
    public String toString() {
      return code + " " + changes.keySet();
    }
  }

  static Stream<BadList> badLists() {
    long now = CommandRun.START.getEpochSecond();
    byte[] huge = new byte[(1 << 20) + 1];
    return Stream.of(
        new BadList("list-of-another", Map.of("sub", "http://127.0.0.1/status-lists/1")),
        new BadList("list-expired", Map.of("exp", now)),
        new BadList("list-without-end", Map.of("exp", "soon")),
        new BadList("list-without-end", Map.of("ttl", "long")),
        new BadList("list-malformed", Map.of("status_list", Map.of("bits", 3, "lst", ""))),
        new BadList("list-malformed", Map.of("status_list", Map.of("bits", 1, "lst", "AAAA"))),
        new BadList(
            "list-malformed",
            Map.of("status_list", Map.of("bits", 1, "lst", FakeBroker.packed(huge)))));
  }

  @ParameterizedTest
  @MethodSource("badLists")
  void tokenIsRefused_whenItsListIsNotToBeBelieved(BadList bad) throws Exception {
    Map<String, Object> claims = broker.listClaims();
    claims.putAll(bad.changes());
    broker.page("/status-lists/1", asked -> broker.list(claims));
    assertThat(verify(broker.token(7))).isEqualTo(3);
    assertThat(mayfly.out()).contains("(" + bad.code() + ")");
  }

  /** Rule 12, for lists: an access token in a list's place is none. */
  @Test
  void tokenIsRefused_whenItsListHasAnotherTyp() throws Exception {
    broker.page(
        "/status-lists/1",
        asked -> new FakeBroker.Said(200, Map.of(), broker.signed("at+jwt", broker.listClaims())));
    assertThat(verify(broker.token(7))).isEqualTo(3);
    assertThat(mayfly.out()).contains("(list-wrong-typ)");
  }

  /** Rules 6 and 7: a replayed older list must not bring a revoked token back. */
  @Test
  void tokenStaysRefused_whenAnOlderListIsServedAgain() throws Exception {
    String token = broker.token(7);
    FakeBroker.Said old = broker.list();
    mayfly.clock.move(Duration.ofSeconds(1));
    broker.revoke(7);
    assertThat(verify(token)).isEqualTo(3);
    mayfly.clock.move(Duration.ofSeconds(6));
    broker.page("/status-lists/1", asked -> old);
    assertThat(verify(token)).isEqualTo(3);
    assertThat(mayfly.out()).contains("(list-went-back)");
  }

  @Test
  void wideStates_areReadLeastSignificantBitsFirst() throws Exception {
    // Entries 0..3 of two bits: 0 VALID, 1 INVALID, 2 SUSPENDED, 3 of an application's own.
    byte[] states = {(byte) 0b11_10_01_00};
    Map<String, Object> claims = broker.listClaims();
    claims.put("status_list", Map.of("bits", 2, "lst", FakeBroker.packed(states)));
    broker.page("/status-lists/1", asked -> broker.list(claims));
    assertThat(verify(broker.token(0))).isZero();
    assertThat(verify(broker.token(1))).isEqualTo(3);
    assertThat(mayfly.out()).contains("(revoked)");
    assertThat(verify(broker.token(2))).isEqualTo(3);
    assertThat(mayfly.out()).contains("(suspended)");
    assertThat(verify(broker.token(3))).isEqualTo(3);
    assertThat(mayfly.out()).contains("(unknown-status)");
  }
}
