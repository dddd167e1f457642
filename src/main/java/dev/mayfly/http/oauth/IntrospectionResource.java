package dev.mayfly.http.oauth;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.http.Errors;
import dev.mayfly.identity.Proven;
import dev.mayfly.revocation.Introspection;
import dev.mayfly.revocation.Introspections;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.server.Cancellable;
import org.jspecify.annotations.Nullable;

/** Tells a relying service whether a token is to be believed right now (RFC 7662). */
@Path("/oauth/introspect")
@Tag(name = "oauth")
@Cancellable(false)
public class IntrospectionResource {

  private static final byte[] INACTIVE =
      new JsonObject().put("active", false).toBuffer().getBytes();

  private final ClientAuthentication clients;
  private final Introspections introspections;

  IntrospectionResource(ClientAuthentication clients, Introspections introspections) {
    this.clients = clients;
    this.introspections = introspections;
  }

  /** Answers 200 to every authenticated caller, whatever the token is. */
  @POST
  @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(summary = "Ask whether a token is live (RFC 7662)")
  public Uni<Response> introspect(
      byte[] body,
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.AUTHORIZATION)
          @Nullable String authorization) {
    return Form.parse(body)
        .thenUni(form -> introspect(form, authorization))
        .map(IntrospectionResource::answer);
  }

  private Uni<Outcome<Introspection>> introspect(Form form, @Nullable String authorization) {
    return clients
        .authenticate(form, authorization)
        .chain(
            outcome ->
                outcome
                    .then(client -> form.required("token").then(t -> ask(client, t)))
                    .thenUni(this::look));
  }

  private record Question(ClientAuthentication.Client client, String token) {}

  private static Outcome<Question> ask(ClientAuthentication.Client client, String token) {
    return Outcome.ok(new Question(client, token));
  }

  private Uni<Outcome<Introspection>> look(Question question) {
    Proven proven = question.client().proven();
    return introspections.introspect(
        question.token(),
        new Introspections.Caller(question.client().id(), proven.name(), proven.entry().serves()));
  }

  private static Response answer(Outcome<Introspection> outcome) {
    return switch (outcome) {
      case Outcome.Ok<Introspection>(Introspection found) ->
          Response.ok(json(found)).header(HttpHeaders.CACHE_CONTROL, "no-store").build();
      case Outcome.Refused<Introspection>(Refusal refusal) -> Errors.oauth(refusal);
    };
  }

  private static byte[] json(Introspection found) {
    return switch (found) {
      case Introspection.Active active ->
          new JsonObject(active.claims()).copy().put("active", true).toBuffer().getBytes();
      case Introspection.Inactive inactive -> INACTIVE;
    };
  }
}
