package dev.mayfly.grant;

import static dev.mayfly.grant.ElevationFixture.await;
import static dev.mayfly.grant.ElevationFixture.code;
import static dev.mayfly.grant.ElevationFixture.value;
import static dev.mayfly.grant.ElevationFixture.wish;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What one statement files, approves and begins is what three would have left. */
class AtOnceTest {

  private static final String ROW =
      """
      SELECT (to_jsonb(g) - 'id' - 'seq' - 'identity_id' - 'requested_by')::text FROM grants g WHERE g.id = '%s'
      """;

  private static final String EVENTS =
      """
      SELECT string_agg(concat_ws('|', action, outcome, actor, cause, policy_version, request_id, at, detail), E'\\n'
                        ORDER BY action)
      FROM audit_events WHERE grant_id = '%s'
      """;

  private static final String MESSAGES =
      """
      SELECT string_agg(concat_ws('|', topic, at, payload - 'grant' - 'identity_id'), E'\\n' ORDER BY seq)
      FROM outbox WHERE key = 'grant:%s'
      """;

  private final ElevationFixture shop = new ElevationFixture();
  private final Person ada = shop.person("ada", "engineers");
  private final Person alan = shop.person("alan", "engineers");

  @AfterEach
  void close() {
    shop.close();
  }

  @Test
  void rowEventsAndMessagesAreTheSame_whicheverWayItBegan() {
    Grant atOnce = ensured("auditing");
    Grant stepByStep = value(shop.activate(shop.requested(alan, "auditing"), alan));
    assertThat(of(ROW, atOnce)).isNotEmpty().isEqualTo(of(ROW, stepByStep));
    assertThat(of(EVENTS, atOnce))
        .as("rule 8: one event an arrow")
        .hasLineCount(3)
        .isEqualTo(of(EVENTS, stepByStep).replace("alan", "ada"));
    assertThat(of(MESSAGES, atOnce))
        .hasLineCount(3)
        .isEqualTo(of(MESSAGES, stepByStep).replace("alan", "ada"));
  }

  @Test
  void historyIsInTheOrderOfTheArrows_whenTheyAreOfOneMoment() {
    Grant grant = ensured("auditing");
    assertThat(
            shop.text(
                "SELECT string_agg(action, ' ' ORDER BY at, id) FROM audit_events WHERE grant_id = '%s'"
                    .formatted(grant.id())))
        .isEqualTo("grant.request grant.approve grant.activate");
  }

  @Test
  void nothingIsFiled_whenWhatIsHeldForbidsIt() {
    shop.requested(ada, "database");
    assertThat(code(await(shop.elevations().ensure(shop.asking(ada), wish("auditing")))))
        .isEqualTo("toxic-combination");
    assertThat(shop.test().count("SELECT count(*) FROM grants WHERE role = 'auditing'")).isZero();
  }

  private Grant ensured(String role) {
    return value(await(shop.elevations().ensure(shop.asking(ada), wish(role))));
  }

  private String of(String query, Grant grant) {
    return shop.text(query.formatted(grant.id()));
  }
}
