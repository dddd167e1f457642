package dev.mayfly.cli.relying;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import dev.mayfly.cli.broker.Metadata;
import dev.mayfly.cli.broker.Stop;
import java.net.URI;
import java.text.ParseException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/** The issuer's published keys, from disk while they are fresh. */
final class Keys {

  /** Metadata hardly changes; RFC 9111 4.2.2 allows a guess where the broker says nothing. */
  private static final Duration METADATA_UNSAID = Duration.ofMinutes(5);

  /** How often at most an unknown kid may send us back to a broker whose keys are still fresh. */
  private static final Duration ASK_AGAIN_AFTER = Duration.ofSeconds(10);

  private static final String JSON = "application/json";
  private static final String JWKS = "application/jwk-set+json, application/json";

  private final URI broker;
  private final Pages pages;
  private final InstantSource clock;

  Keys(URI broker, Pages pages, InstantSource clock) {
    this.broker = broker;
    this.pages = pages;
    this.clock = clock;
  }

  Optional<JWK> byId(String kid) throws Stop {
    URI uri = jwksUri();
    Optional<Page> fresh = pages.fresh(uri);
    Page page = fresh.isPresent() ? fresh.get() : asked(uri, JWKS, Duration.ZERO);
    Optional<JWK> key = find(page, kid);
    boolean justAsked = clock.instant().isBefore(page.fetchedAt().plus(ASK_AGAIN_AFTER));
    return key.isPresent() || justAsked ? key : find(asked(uri, JWKS, Duration.ZERO), kid);
  }

  private URI jwksUri() throws Stop {
    URI address = Metadata.address(broker);
    Optional<Page> fresh = pages.fresh(address);
    Page page = fresh.isPresent() ? fresh.get() : asked(address, JSON, METADATA_UNSAID);
    return Metadata.parse(page.body(), broker).endpoint("jwks_uri");
  }

  private Page asked(URI uri, String accept, Duration unsaid) throws Stop {
    return switch (pages.ask(uri, accept, Duration.ZERO, unsaid)) {
      case Pages.Asked.Got(Page page, boolean _) -> {
        pages.keep(page);
        yield page;
      }
      case Pages.Asked.Gone() ->
          throw Stop.refused(
              "no-broker", "there is nothing at " + uri, "check --broker or MAYFLY_BROKER");
    };
  }

  private static Optional<JWK> find(Page page, String kid) throws Stop {
    try {
      JWK key = JWKSet.parse(page.body()).getKeyByKeyId(kid);
      boolean forSigning =
          key != null && (key.getKeyUse() == null || KeyUse.SIGNATURE.equals(key.getKeyUse()));
      return forSigning ? Optional.of(key) : Optional.empty();
    } catch (ParseException e) {
      throw Stop.unreachable(
          "bad-jwks", page.uri() + " holds no key set", "is a proxy in between?");
    }
  }
}
