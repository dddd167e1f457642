package dev.mayfly.cli.relying;

import dev.mayfly.cli.broker.Http;
import dev.mayfly.cli.broker.Stop;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Fetches the broker's public documents, with the disk in between as HTTP caching allows. */
public final class Pages {

  /** No header makes keys older than this believable. */
  private static final Duration LONGEST_FRESH = Duration.ofDays(1);

  private static final Pattern MAX_AGE = Pattern.compile("max-age=\"?(\\d{1,9})\"?");

  private final Http http;
  private final DiskCache disk;
  private final InstantSource clock;

  public Pages(Http http, DiskCache disk, InstantSource clock) {
    this.http = http;
    this.disk = disk;
    this.clock = clock;
  }

  /** What came of asking for a page again. */
  sealed interface Asked {
    /** The page as of now; {@code waited} says that the broker held the answer until it changed. */
    record Got(Page page, boolean waited) implements Asked {}

    /** The broker says there is none (404, 410). */
    record Gone() implements Asked {}
  }

  /** The page on disk, however old. */
  Optional<Page> cached(URI uri) {
    return disk.read(uri.toString());
  }

  /** The page on disk while it is fresh by its HTTP headers. */
  Optional<Page> fresh(URI uri) {
    return cached(uri).filter(page -> clock.instant().isBefore(page.freshUntil()));
  }

  /** Asks the broker now; an unchanged page costs no body. Nothing is kept on disk yet. */
  Asked ask(URI uri, String accept) throws Stop {
    return ask(uri, accept, Duration.ZERO, Duration.ZERO);
  }

  /** As {@link #ask}, but the broker may wait for a change that long (RFC 7240 4.3). */
  Asked ask(URI uri, String accept, Duration wait) throws Stop {
    return ask(uri, accept, wait, Duration.ZERO);
  }

  /** As {@link #ask}; {@code unsaid} is how long a page without a max-age is fresh. */
  Asked ask(URI uri, String accept, Duration wait, Duration unsaid) throws Stop {
    Optional<Page> known = cached(uri);
    Http.Answer answer = http.get(uri, headers(accept, known, wait), wait);
    Instant now = clock.instant();
    Instant fresh = now.plus(maxAge(answer).orElse(unsaid));
    if (answer.status() == 304 && known.isPresent()) {
      return received(known.get().seenAgain(now, fresh), answer);
    }
    if (answer.status() == 200) {
      return received(
          new Page(uri.toString(), answer.body(), answer.header("ETag"), now, fresh), answer);
    }
    if (answer.status() == 404 || answer.status() == 410) {
      return new Asked.Gone();
    }
    throw Stop.unreachable(
        "http-" + answer.status(),
        "the broker answers " + answer.status() + " for " + uri,
        "try again in a moment");
  }

  /** Keeps a page; the caller has seen that it is worth believing. */
  void keep(Page page) {
    disk.write(page);
  }

  private static Asked received(Page page, Http.Answer answer) {
    boolean waited =
        answer
            .header("Preference-Applied")
            .map(value -> value.toLowerCase(Locale.ROOT).contains("wait"))
            .orElse(false);
    return new Asked.Got(page, waited);
  }

  private static Map<String, String> headers(String accept, Optional<Page> known, Duration wait) {
    Map<String, String> headers = new HashMap<>();
    headers.put("Accept", accept);
    known.flatMap(Page::etag).ifPresent(etag -> headers.put("If-None-Match", etag));
    if (wait.isPositive()) {
      headers.put("Prefer", "wait=" + wait.toSeconds());
    }
    return headers;
  }

  private static Optional<Duration> maxAge(Http.Answer answer) {
    String rules = answer.header("Cache-Control").orElse("").toLowerCase(Locale.ROOT);
    if (rules.contains("no-store") || rules.contains("no-cache")) {
      return Optional.of(Duration.ZERO);
    }
    Matcher found = MAX_AGE.matcher(rules);
    if (!found.find()) {
      return Optional.empty();
    }
    Duration said = Duration.ofSeconds(Long.parseLong(found.group(1)));
    return Optional.of(said.compareTo(LONGEST_FRESH) > 0 ? LONGEST_FRESH : said);
  }
}
