package dev.mayfly.http.lists;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.credential.ListKind;
import dev.mayfly.http.Errors;
import dev.mayfly.http.HttpConfig;
import dev.mayfly.http.Validators;
import dev.mayfly.revocation.list.ListsConfig;
import dev.mayfly.revocation.list.PublishedLists;
import dev.mayfly.revocation.list.ServedList;
import dev.mayfly.store.ListId;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Answers with a list's bytes as they are: 200 or 304, cached no longer than the list is good. With
 * {@code If-None-Match} and {@code Prefer: wait=N} (RFC 7240 4.3) the answer comes when the list
 * has changed, or after N seconds.
 */
@ApplicationScoped
class ListBytes {

  private final PublishedLists lists;
  private final InstantSource clock;
  private final Duration freshFor;
  private final Duration longestWait;

  ListBytes(PublishedLists lists, InstantSource clock, ListsConfig listsConfig, HttpConfig http) {
    this.lists = lists;
    this.clock = clock;
    this.freshFor = listsConfig.ttl();
    this.longestWait = http.longestWait();
  }

  /**
   * What a caller said of the copy it has.
   *
   * @param ifNoneMatch the tag of it
   * @param prefer whether to wait for another
   */
  record Held(@Nullable String ifNoneMatch, @Nullable String prefer) {}

  /** The list, if it is of this kind. */
  Uni<Response> answer(ListId id, ListKind kind, String mediaType, Held held) {
    Optional<String> tag = Validators.single(held.ifNoneMatch());
    Optional<Duration> wait =
        Wait.preferred(held.prefer(), longestWait).filter(asked -> tag.isPresent());
    return (wait.isPresent() ? lists.next(id, tag.orElseThrow(), wait.get()) : lists.get(id))
        .map(found -> found.then(list -> ofKind(list, kind)))
        .map(
            found ->
                switch (found) {
                  case Outcome.Ok<ServedList>(ServedList list) ->
                      answer(list, mediaType, held.ifNoneMatch(), wait);
                  case Outcome.Refused<ServedList>(Refusal refusal) -> Errors.problem(refusal);
                });
  }

  private Outcome<ServedList> ofKind(ServedList list, ListKind kind) {
    if (list.kind() != kind) {
      return Outcome.refused(new Refusal.NotFound("list-unknown", "no such list"));
    }
    // Rule 7, once more at the door: never past its end.
    return clock.instant().isBefore(list.expiresAt())
        ? Outcome.ok(list)
        : Outcome.refused(new Refusal.Unavailable("list-past-its-end", "list " + list.id()));
  }

  private Response answer(
      ServedList list, String mediaType, @Nullable String ifNoneMatch, Optional<Duration> wait) {
    Instant now = clock.instant();
    long left = Math.max(0, Duration.between(now, list.expiresAt()).toSeconds());
    Response.ResponseBuilder answer =
        Validators.matches(ifNoneMatch, list.etag())
            ? Response.notModified()
            : Response.ok(list.document()).type(mediaType);
    wait.ifPresent(granted -> answer.header("Preference-Applied", "wait=" + granted.toSeconds()));
    return answer
        .header(HttpHeaders.ETAG, list.etag())
        .header(
            HttpHeaders.CACHE_CONTROL, "public, max-age=" + Math.min(freshFor.toSeconds(), left))
        .build();
  }
}
