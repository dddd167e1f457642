package dev.mayfly.http.lists;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.http.Errors;
import dev.mayfly.http.HttpConfig;
import dev.mayfly.http.Validators;
import dev.mayfly.revocation.list.ListsConfig;
import dev.mayfly.revocation.list.PublishedLists;
import dev.mayfly.revocation.list.ServedList;
import dev.mayfly.store.ListId;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.OPTIONS;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/**
 * Serves the Token Status Lists (draft-ietf-oauth-status-list) to anybody: no authentication, any
 * origin, the same bytes from every node.
 */
@Path("/status-lists")
@Tag(name = "lists")
public class StatusListResource {

  static final String MEDIA_TYPE = "application/statuslist+jwt";

  private static final Pattern ID = Pattern.compile("[1-9][0-9]{0,17}");
  private static final Pattern TIME = Pattern.compile("[0-9]{1,12}");

  private final PublishedLists lists;
  private final InstantSource clock;
  private final Duration ttl;
  private final Duration longestWait;

  StatusListResource(
      PublishedLists lists, InstantSource clock, ListsConfig listsConfig, HttpConfig http) {
    this.lists = lists;
    this.clock = clock;
    this.ttl = listsConfig.ttl();
    this.longestWait = http.longestWait();
  }

  /** All lists that are served (section 9.3 of the draft). */
  @GET
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(summary = "The URIs of all status lists")
  public Response aggregate() {
    JsonArray uris = new JsonArray();
    lists.aggregate().forEach(uris::add);
    return Response.ok(new JsonObject().put("status_lists", uris).toBuffer().getBytes())
        .header(HttpHeaders.CACHE_CONTROL, "public, max-age=" + ttl.toSeconds())
        .header("Access-Control-Allow-Origin", "*")
        .build();
  }

  /** A browser asks before it sends {@code Prefer} or {@code If-None-Match} to another origin. */
  @OPTIONS
  @Path("/{id}")
  @Operation(hidden = true)
  public Response preflight() {
    return Response.noContent()
        .header("Access-Control-Allow-Origin", "*")
        .header("Access-Control-Allow-Methods", "GET")
        .header("Access-Control-Allow-Headers", "If-None-Match, Prefer")
        .header("Access-Control-Max-Age", "86400")
        .build();
  }

  /**
   * One list. With {@code If-None-Match} and {@code Prefer: wait=N} the answer comes when the list
   * has changed, or after N seconds.
   *
   * @param time a moment (seconds since the epoch): only a list valid then is wanted
   */
  @GET
  @Path("/{id}")
  @Produces(MEDIA_TYPE)
  @Operation(summary = "One status list, signed")
  public Uni<Response> get(
      @PathParam("id") String id,
      @QueryParam("time") @Nullable String time,
      @HeaderParam(HttpHeaders.IF_NONE_MATCH) @Nullable String ifNoneMatch,
      @HeaderParam("Prefer") @Nullable String prefer,
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.ACCEPT_ENCODING)
          @Nullable String acceptEncoding) {
    if (!ID.matcher(id).matches()) {
      return Uni.createFrom().item(Errors.problem(unknown()));
    }
    Representation wanted = Representation.of(acceptEncoding);
    ListId list = new ListId(Long.parseLong(id));
    Optional<Duration> wait =
        Wait.preferred(prefer, longestWait)
            .filter(asked -> Validators.single(ifNoneMatch).isPresent());
    return find(list, ifNoneMatch, wait)
        .map(found -> found.then(served -> validAt(served, time)))
        .map(
            found ->
                switch (found) {
                  case Outcome.Ok<ServedList>(ServedList served) ->
                      answer(served, wanted, ifNoneMatch, wait);
                  case Outcome.Refused<ServedList>(Refusal refusal) -> Errors.problem(refusal);
                });
  }

  private Uni<Outcome<ServedList>> find(
      ListId id, @Nullable String ifNoneMatch, Optional<Duration> wait) {
    Optional<String> held = Validators.single(ifNoneMatch).map(Representation::plainTag);
    return wait.isPresent() && held.isPresent()
        ? lists.next(id, held.get(), wait.get())
        : lists.get(id);
  }

  private Outcome<ServedList> validAt(ServedList list, @Nullable String time) {
    // Rule 7, once more at the door: never past its end.
    if (!clock.instant().isBefore(list.expiresAt())) {
      return Outcome.refused(new Refusal.Unavailable("list-past-its-end", "list " + list.id()));
    }
    if (time == null) {
      return Outcome.ok(list);
    }
    if (!TIME.matcher(time).matches()) {
      return Outcome.refused(
          new Refusal.Malformed("malformed-time", "time must be seconds since the epoch"));
    }
    Instant at = Instant.ofEpochSecond(Long.parseLong(time));
    return at.isBefore(list.signedAt()) || !at.isBefore(list.expiresAt())
        ? Outcome.refused(unknown())
        : Outcome.ok(list);
  }

  private Response answer(
      ServedList list,
      Representation wanted,
      @Nullable String ifNoneMatch,
      Optional<Duration> wait) {
    String etag = wanted.tag(list.etag());
    boolean held =
        Validators.matches(ifNoneMatch, etag) || Validators.matches(ifNoneMatch, list.etag());
    Response.ResponseBuilder answer =
        held ? Response.notModified() : Response.ok(wanted.body(list)).type(MEDIA_TYPE);
    if (!held && wanted == Representation.GZIP) {
      answer.header(HttpHeaders.CONTENT_ENCODING, "gzip");
    }
    // RFC 7240 3: with the time that was granted, which may be less than was asked for.
    wait.ifPresent(granted -> answer.header("Preference-Applied", "wait=" + granted.toSeconds()));
    return answer
        .header(HttpHeaders.ETAG, etag)
        .header(HttpHeaders.VARY, "Accept, Accept-Encoding")
        .header(HttpHeaders.CACHE_CONTROL, "public, max-age=" + maxAge(list))
        .header("Access-Control-Allow-Origin", "*")
        .header("Access-Control-Expose-Headers", "ETag, Preference-Applied")
        .build();
  }

  private long maxAge(ServedList list) {
    Duration left = Duration.between(clock.instant(), list.expiresAt());
    return Math.max(0, Math.min(ttl.toSeconds(), left.toSeconds()));
  }

  private static Refusal unknown() {
    return new Refusal.NotFound("list-unknown", "no such list");
  }
}
