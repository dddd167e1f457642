package dev.mayfly.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import dev.mayfly.credential.LedgerBusy;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/**
 * What nobody returned as a value: the framework's own refusals, a lost database, a defect. They
 * leave in the same shapes as {@link Errors}, without a word about the inside.
 */
class ExceptionMappers {

  private static final Logger LOG = Logger.getLogger(ExceptionMappers.class);

  /** Whoever asks while the database is away decides how often this is said. */
  private static final RefusalLog AWAY = new RefusalLog(System::nanoTime, LOG::warn);

  private static final Map<Integer, String> CODES =
      Map.of(
          400, "malformed-request",
          404, "not-found",
          405, "method-not-allowed",
          406, "not-acceptable",
          413, "body-too-large",
          415, "unsupported-media-type");

  @ServerExceptionMapper
  Response framework(WebApplicationException failure, UriInfo uri) {
    int status = failure.getResponse().getStatus();
    if (status >= 500) {
      return defect(failure, uri);
    }
    return inShape(uri, status, CODES.getOrDefault(status, "refused"), "the request was refused");
  }

  /** The first of the two is named because the framework has its own, talkative, mapper for it. */
  @ServerExceptionMapper({MismatchedInputException.class, JsonProcessingException.class})
  Response json(JsonProcessingException failure, UriInfo uri) {
    return inShape(uri, 400, "malformed-json", "the body is not the JSON that belongs here");
  }

  @ServerExceptionMapper
  Response overload(LedgerBusy failure, UriInfo uri) {
    return inShape(uri, 503, "overloaded", "too many requests wait, try again");
  }

  @ServerExceptionMapper
  Response defect(Throwable failure, UriInfo uri) {
    if (LostDatabase.isBehind(failure)) {
      AWAY.write("database-unavailable", "the database is away: " + failure);
      return inShape(uri, 503, "database-unavailable", "temporarily unavailable, try again");
    }
    LOG.error("a request failed", failure);
    return inShape(uri, 500, "internal", "the request failed; the log knows more by its id");
  }

  private static Response inShape(UriInfo uri, int status, String code, String say) {
    if (!uri.getPath().startsWith("/oauth/")) {
      return Errors.problem(status, code, say);
    }
    String error =
        switch (status) {
          case 500 -> "server_error";
          case 503 -> "temporarily_unavailable";
          default -> "invalid_request";
        };
    return Errors.oauth(status, error, say);
  }
}
