package dev.mayfly.cli.broker;

import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Sends requests with a proof of this user's key (RFC 9449), holding the nonce that the broker last
 * handed out; one that the broker asks for costs a second try.
 */
final class Prover {

  private static final String PROOF = "DPoP";
  private static final String NONCE = "DPoP-Nonce";
  private static final String ASKED = "use_dpop_nonce";

  private final DpopKey key;
  private final InstantSource clock;
  private Optional<String> nonce = Optional.empty();

  Prover(DpopKey key, InstantSource clock) {
    this.key = key;
    this.clock = clock;
  }

  /** One request, with the headers it is given. */
  interface Sending {
    Http.Answer with(Map<String, String> headers) throws Stop;
  }

  /** Sends, with the access token in the hash of the proof where there is one. */
  Http.Answer send(String method, URI uri, Optional<String> token, Sending sending) throws Stop {
    Http.Answer answer = once(method, uri, token, sending);
    return asksForNonce(answer) ? once(method, uri, token, sending) : answer;
  }

  private Http.Answer once(String method, URI uri, Optional<String> token, Sending sending)
      throws Stop {
    String proof = key.proof(method, uri, token, nonce, clock.instant());
    Http.Answer answer = sending.with(Map.of(PROOF, proof));
    nonce = answer.header(NONCE).or(() -> nonce);
    return answer;
  }

  /** RFC 9449 8 at the token endpoint, 9 at a resource. */
  private static boolean asksForNonce(Http.Answer answer) {
    return switch (answer.status()) {
      case 400 ->
          Json.parse(answer.body()).flatMap(body -> body.text("error")).equals(Optional.of(ASKED));
      case 401 ->
          answer.headers().entrySet().stream()
              .filter(header -> header.getKey().equalsIgnoreCase("WWW-Authenticate"))
              .map(Map.Entry::getValue)
              .flatMap(List::stream)
              .anyMatch(challenge -> challenge.contains("error=\"" + ASKED + "\""));
      default -> false;
    };
  }
}
