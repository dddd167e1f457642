package dev.mayfly.cli.relying;

import dev.mayfly.cli.broker.Json;
import dev.mayfly.cli.broker.Stop;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/** Status lists by their own rules: who signed, which list it is, how long it may be believed. */
final class Lists {

  private static final String TYPE = "application/statuslist+jwt";

  private final Pages pages;
  private final Keys keys;
  private final InstantSource clock;

  Lists(Pages pages, Keys keys, InstantSource clock) {
    this.pages = pages;
    this.keys = keys;
    this.clock = clock;
  }

  /** A list, or why it says nothing. */
  sealed interface Look {
    record Read(StatusList list, Instant issuedAt, Instant freshUntil) implements Look {}

    record Useless(String code, String say) implements Look {}
  }

  /** The list as believable now: from disk within its {@code ttl}, else from the broker. */
  Look look(URI uri) throws Stop {
    Optional<Page> cached = pages.cached(uri);
    if (cached.isPresent()
        && read(cached.get(), uri) instanceof Look.Read known
        && clock.instant().isBefore(known.freshUntil())) {
      return known;
    }
    return switch (pages.ask(uri, TYPE)) {
      case Pages.Asked.Gone() ->
          new Look.Useless("list-gone", "its status list is no longer served: all on it is over");
      case Pages.Asked.Got(Page page, boolean _) -> judged(page, cached, uri);
    };
  }

  /** Waits for a change of the list; true when the broker says that it held the answer back. */
  boolean waitForChange(URI uri, Duration atMost) throws Stop {
    Optional<Page> cached = pages.cached(uri);
    if (!(pages.ask(uri, TYPE, atMost) instanceof Pages.Asked.Got(Page page, boolean waited))) {
      return false;
    }
    judged(page, cached, uri);
    return waited;
  }

  /** Only a list that is believed is kept for later. */
  private Look judged(Page page, Optional<Page> cached, URI uri) throws Stop {
    Look look = notOlder(read(page, uri), cached, uri);
    if (look instanceof Look.Read) {
      pages.keep(page);
    }
    return look;
  }

  /** Rule 7, seen from outside: an older list than one already seen would bring a token back. */
  private Look notOlder(Look now, Optional<Page> cached, URI uri) throws Stop {
    boolean wentBack =
        now instanceof Look.Read fresh
            && cached.isPresent()
            && read(cached.get(), uri) instanceof Look.Read before
            && fresh.issuedAt().isBefore(before.issuedAt());
    return wentBack
        ? new Look.Useless("list-went-back", "its status list is older than one seen before")
        : now;
  }

  private Look read(Page page, URI uri) throws Stop {
    return switch (Signed.check(page.body(), "statuslist+jwt", keys)) {
      case Signed.Doubtful(String code, String say) ->
          new Look.Useless("list-" + code, "its status list is not to be believed: " + say);
      case Signed.Genuine(Json _, Json claims) -> read(claims, page, uri);
    };
  }

  private Look read(Json claims, Page page, URI uri) {
    if (!claims.text("sub").equals(Optional.of(uri.toString()))) {
      return new Look.Useless("list-of-another", "what is served there is another list");
    }
    Optional<Instant> issuedAt = claims.epoch("iat");
    Optional<Instant> end = claims.epoch("exp");
    Optional<Long> ttl = claims.number("ttl");
    if (issuedAt.isEmpty() || end.isEmpty() || ttl.isEmpty()) {
      return new Look.Useless("list-without-end", "its status list has no iat, exp or ttl");
    }
    if (!clock.instant().isBefore(end.get())) {
      return new Look.Useless("list-expired", "its status list is past its end");
    }
    Instant fresh = page.fetchedAt().plusSeconds(ttl.get());
    Instant freshUntil = fresh.isBefore(end.get()) ? fresh : end.get();
    return unpack(claims)
        .<Look>map(list -> new Look.Read(list, issuedAt.get(), freshUntil))
        .orElse(new Look.Useless("list-malformed", "its status list cannot be unpacked"));
  }

  private static Optional<StatusList> unpack(Json claims) {
    Json inside = claims.object("status_list").orElse(Json.EMPTY);
    return StatusList.unpack(inside.number("bits").orElse(0L), inside.text("lst").orElse(""));
  }
}
