package dev.mayfly.http;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.function.Function;

/** Turns what a room found into the answer of a resource of {@code /v1}. */
@ApplicationScoped
public class Answers {

  private final Duration patience;

  Answers(HttpConfig config) {
    this.patience = config.databasePatience();
  }

  /** 200 with the wire form of what comes; a database that lets wait too long is lost (503). */
  public <T> Uni<Response> ok(Uni<Outcome<T>> coming, Function<? super T, ?> wire) {
    return inTime(coming)
        .map(
            outcome ->
                switch (outcome) {
                  case Outcome.Ok<T>(T value) -> json(Response.ok(wire.apply(value)));
                  case Outcome.Refused<T>(Refusal refusal) -> Errors.problem(refusal);
                });
  }

  /** 201, in the same way. */
  public <T> Uni<Response> created(Uni<Outcome<T>> coming, Function<? super T, ?> wire) {
    return inTime(coming)
        .map(
            outcome ->
                switch (outcome) {
                  case Outcome.Ok<T>(T value) ->
                      json(Response.status(Response.Status.CREATED).entity(wire.apply(value)));
                  case Outcome.Refused<T>(Refusal refusal) -> Errors.problem(refusal);
                });
  }

  private <T> Uni<T> inTime(Uni<T> coming) {
    return coming.ifNoItem().after(patience).fail();
  }

  /** What operators see is for nobody's cache. */
  private static Response json(Response.ResponseBuilder answer) {
    return answer.header(HttpHeaders.CACHE_CONTROL, "no-store").build();
  }
}
