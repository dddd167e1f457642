package dev.mayfly.http.admin;

import dev.mayfly.DurationText;
import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.http.Answers;
import dev.mayfly.http.Ask;
import dev.mayfly.http.Caller;
import dev.mayfly.http.RequestIds;
import dev.mayfly.identity.join.JoinRequest;
import dev.mayfly.identity.join.JoinTokens;
import dev.mayfly.policy.PolicyBook;
import dev.mayfly.store.JoinTokenId;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.server.Cancellable;
import org.jspecify.annotations.Nullable;

/** Operators let instances of workloads in that have nothing to show yet, or nothing any more. */
@Path(JoinTokensResource.PATH)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "operators")
@Cancellable(false)
public class JoinTokensResource {

  static final String PATH = "/v1/join-tokens";

  private final JoinTokens tokens;
  private final PolicyBook book;
  private final Answers answers;

  JoinTokensResource(JoinTokens tokens, PolicyBook book, Answers answers) {
    this.tokens = tokens;
    this.book = book;
    this.answers = answers;
  }

  /** What an operator sends. */
  record Wanted(
      Optional<String> identity,
      Optional<Map<String, String>> attributes,
      Optional<String> ttl,
      Optional<String> reason) {}

  /** The token itself is told here and never again. */
  record Made(String id, String joinToken, Instant expiresAt) {
    static Made of(JoinTokens.Made made) {
      return new Made(made.id().toString(), made.token(), made.until());
    }

    /** Without the token. */
    @Override
    public String toString() {
      return "Made[" + id + "]";
    }
  }

  record Listed(
      String id,
      String identity,
      Map<String, String> attributes,
      String reason,
      String state,
      Instant madeAt,
      String madeBy,
      Instant expiresAt,
      Optional<Instant> usedAt,
      Optional<Instant> refusedAt) {
    static Listed of(JoinTokens.Listed found) {
      return new Listed(
          found.id().toString(),
          found.identity(),
          found.attributes(),
          found.reason(),
          found.state().name(),
          found.madeAt(),
          found.madeBy(),
          found.until(),
          found.usedAt(),
          found.refusedAt());
    }
  }

  record Withdrawn(String id, String state) {}

  /**
   * Takes a scope of its own: who may take anything back must not for that be able to come in as
   * any workload.
   */
  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(summary = "Make a join token")
  public Uni<Response> make(
      @Nullable Wanted wanted,
      @Context SecurityContext context,
      @Parameter(hidden = true) @HeaderParam(RequestIds.HEADER) String requestId) {
    Caller caller = Caller.of(context);
    return answers.created(
        caller
            .needs(Caller.JOIN)
            .then(may -> request(wanted, caller.name(), requestId))
            .thenUni(request -> tokens.make(request, book.current())),
        Made::of);
  }

  /** One page, newest first. */
  @GET
  @Operation(summary = "List join tokens")
  public Uni<Response> list(
      @QueryParam("identity") @Nullable String identity,
      @QueryParam("state") @Nullable String state,
      @QueryParam("limit") @Nullable String limit,
      @QueryParam("after") @Nullable String after) {
    return answers.ok(
        Ask.page(limit, after, Ask::isId)
            .thenUni(
                page ->
                    Ask.oneOf("state", state, JoinTokens.State.values())
                        .thenUni(
                            wanted ->
                                tokens
                                    .list(Optional.ofNullable(identity), wanted, page)
                                    .map(Outcome::ok))),
        page -> Wire.Listing.of(page.map(Listed::of)));
  }

  /** Only one that nobody has used yet; what was minted with one is taken back as all else is. */
  @POST
  @Path("/{id}/withdraw")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(summary = "Withdraw a join token")
  public Uni<Response> withdraw(
      @PathParam("id") String id,
      Wire.@Nullable Because asked,
      @Context SecurityContext caller,
      @Parameter(hidden = true) @HeaderParam(RequestIds.HEADER) String requestId) {
    String actor = caller.getUserPrincipal().getName();
    String reason = Wire.Because.of(asked);
    return answers.ok(
        Ask.thing(id, JoinTokenId::of)
            .thenUni(
                token ->
                    tokens.withdraw(token, actor, reason, book.current().version(), requestId)),
        token -> new Withdrawn(token.toString(), JoinTokens.State.WITHDRAWN.name()));
  }

  private static Outcome<JoinRequest> request(
      @Nullable Wanted wanted, String actor, String requestId) {
    if (wanted == null || wanted.identity().isEmpty()) {
      return malformed("identity is required");
    }
    Optional<Duration> ttl =
        wanted.ttl().map(DurationText::parse).orElse(Optional.of(JoinRequest.USUAL));
    if (ttl.isEmpty()) {
      return malformed("ttl must be a duration like 90s, 10m or PT10M");
    }
    Map<String, String> attributes = wanted.attributes().orElse(Map.of());
    if (attributes.values().stream().anyMatch(Objects::isNull)) {
      return malformed("an attribute is text");
    }
    return Outcome.ok(
        new JoinRequest(
            wanted.identity().get(),
            attributes,
            ttl.get(),
            wanted.reason().orElse(""),
            actor,
            requestId));
  }

  private static Outcome<JoinRequest> malformed(String say) {
    return Outcome.refused(new Refusal.Malformed("malformed-join-token", say));
  }
}
