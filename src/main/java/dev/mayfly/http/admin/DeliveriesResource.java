package dev.mayfly.http.admin;

import dev.mayfly.Outcome;
import dev.mayfly.delivery.DeliveryQueries;
import dev.mayfly.http.Answers;
import dev.mayfly.http.Ask;
import dev.mayfly.http.RequestIds;
import dev.mayfly.store.DeliveryId;
import io.smallrye.mutiny.Uni;
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
import java.time.Instant;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.server.Cancellable;
import org.jspecify.annotations.Nullable;

/** Operators see what was told to whom, and send again what never arrived. */
@Path("/v1/deliveries")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "operators")
@Cancellable(false)
public class DeliveriesResource {

  private final DeliveryQueries deliveries;
  private final Answers answers;

  DeliveriesResource(DeliveryQueries deliveries, Answers answers) {
    this.deliveries = deliveries;
    this.answers = answers;
  }

  /** A message's way through one channel; {@code message} is the id its receiver sees. */
  record Delivery(
      String id,
      String message,
      Instant messageAt,
      String topic,
      String key,
      String channel,
      String state,
      int tries,
      Optional<Instant> nextAt,
      Instant changedAt,
      String lastError) {
    static Delivery of(DeliveryQueries.Listed found) {
      return new Delivery(
          found.id().toString(),
          found.message(),
          found.messageAt(),
          found.topic(),
          found.key(),
          found.channel(),
          found.state().name(),
          found.tries(),
          found.nextAt(),
          found.changedAt(),
          found.lastError());
    }
  }

  /** One page, newest first. */
  @GET
  @Operation(summary = "List deliveries")
  public Uni<Response> list(
      @QueryParam("state") @Nullable String state,
      @QueryParam("channel") @Nullable String channel,
      @QueryParam("limit") @Nullable String limit,
      @QueryParam("after") @Nullable String after) {
    return answers.ok(
        Ask.page(limit, after, Ask::isId)
            .thenUni(
                page ->
                    Ask.oneOf("state", state, DeliveryQueries.State.values())
                        .thenUni(
                            wanted ->
                                deliveries
                                    .list(wanted, Optional.ofNullable(channel), page)
                                    .map(Outcome::ok))),
        page -> Wire.Listing.of(page.map(Delivery::of)));
  }

  /** Only a DEAD one; it is sent with the message id it had. */
  @POST
  @Path("/{id}/replay")
  @Operation(summary = "Send a dead delivery again")
  public Uni<Response> replay(
      @PathParam("id") String id,
      @Context SecurityContext caller,
      @Parameter(hidden = true) @HeaderParam(RequestIds.HEADER) String requestId) {
    String actor = caller.getUserPrincipal().getName();
    return answers.ok(
        Ask.thing(id, DeliveryId::of)
            .thenUni(delivery -> deliveries.replay(delivery, actor, requestId)),
        Delivery::of);
  }
}
