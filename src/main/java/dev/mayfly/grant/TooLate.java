package dev.mayfly.grant;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.store.GrantId;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.Optional;

/** What is said to a word on a request that waits for none any more. */
final class TooLate {

  private static final String EXTENDED_IS_OVER =
      "the grant that this extends has ended, and an extension goes on without a gap or not at all:"
          + " who wants more files a new request";

  private TooLate() {}

  /** To who could have decided it: nobody else learns what has become of it. */
  static <T> Uni<Outcome<T>> forWord(SqlConnection tx, ElevationTables.Locked locked) {
    GrantState state = locked.grant().state();
    Optional<GrantId> extended =
        locked
            .requested()
            .extending()
            .filter(first -> state == GrantState.REQUESTED || state == GrantState.LAPSED);
    return extended
        .map(first -> ElevationTables.look(tx, first).map(found -> found.filter(TooLate::isOver)))
        .orElseGet(() -> Uni.createFrom().item(Optional.empty()))
        .map(over -> conflict(over.isPresent() ? EXTENDED_IS_OVER : gone(locked)));
  }

  /** Boundary: at the very end of its wait a request has lapsed, whatever its row says still. */
  private static String gone(ElevationTables.Locked locked) {
    GrantState state = locked.grant().state();
    return "this request is %s by now"
        .formatted(state == GrantState.REQUESTED ? GrantState.LAPSED : state);
  }

  private static boolean isOver(ElevationTables.Locked first) {
    return first.grant().state() != GrantState.ACTIVE
        || first.grant().expiresAt().filter(first.now()::isBefore).isEmpty();
  }

  private static <T> Outcome<T> conflict(String say) {
    return Outcome.refused(new Refusal.Conflict("grant-state", say));
  }
}
