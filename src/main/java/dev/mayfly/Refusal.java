package dev.mayfly;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Why something was not done: the domain's one failure type. {@code http.Errors} turns it into an
 * OAuth error or a problem detail; nothing else decides what a caller gets to read.
 *
 * <p>{@link #say()} may be read by a stranger and never tells what exists. {@link #why()} is for
 * the log, the audit and the operator; it never holds a token, an assertion or a key.
 */
public sealed interface Refusal {

  /** A stable, documented code, e.g. {@code assertion-replayed}; the tail of the problem type. */
  String code();

  /** One sentence for the caller. */
  String say();

  /** One sentence for the operator. */
  String why();

  /**
   * The caller did not prove who they are: 401 {@code invalid_client}, or for a grant assertion 400
   * {@code invalid_grant}.
   */
  record Unauthenticated(String code, String why) implements Refusal {
    @Override
    public String say() {
      return "the caller could not be authenticated";
    }
  }

  /**
   * The presented federated assertion is no valid authorization grant (RFC 7523 3.1): 400 {@code
   * invalid_grant}.
   */
  record BadGrant(String code, String why) implements Refusal {
    @Override
    public String say() {
      return "the assertion was not accepted";
    }
  }

  /**
   * A DPoP proof is missing, bad or without a nonce, or a token is not shown as it is bound (RFC
   * 9449 5, 7, 8, 9). Its code is the standard's error with hyphens: 400 at the token endpoint, 401
   * elsewhere.
   */
  record BadDpop(String code, String why) implements Refusal {

    /** RFC 9449 5: {@code invalid_dpop_proof}. */
    public static final String PROOF = "invalid-dpop-proof";

    /** RFC 9449 8: {@code use_dpop_nonce}. */
    public static final String NONCE = "use-dpop-nonce";

    /** RFC 6750 3.1: {@code invalid_token}. */
    public static final String TOKEN = "invalid-token";

    @Override
    public String say() {
      return switch (code) {
        case NONCE -> "the DPoP proof must hold the nonce of the DPoP-Nonce header";
        case TOKEN -> "the token is not to be believed as it was shown";
        default -> "a DPoP proof for this request is needed, fresh and good";
      };
    }
  }

  /** The request cannot be understood (RFC 6749 5.2): 400 {@code invalid_request}. */
  record Malformed(String code, String say) implements Refusal {
    @Override
    public String why() {
      return say;
    }
  }

  /** Asked for a scope outside what may be given: 400 {@code invalid_scope}. */
  record BadScope(String code, String why) implements Refusal {
    @Override
    public String say() {
      return "the requested scope is not available to this caller";
    }
  }

  /**
   * The token is good and lacks the scope that the resource wants (RFC 6750 3.1): 403 {@code
   * insufficient_scope}. Which one is told, as the standard has it.
   *
   * @param needed one scope, or several of which one is enough
   */
  record LacksScope(String who, List<String> needed) implements Refusal {
    @Override
    public String code() {
      return "insufficient-scope";
    }

    @Override
    public String say() {
      return "this wants a token with the scope " + String.join(" or ", needed);
    }

    @Override
    public String why() {
      return who + " lacks the scope " + String.join(" or ", needed);
    }
  }

  /** Asked for a resource outside what may be given (RFC 8707 2): 400 {@code invalid_target}. */
  record BadTarget(String code, String why) implements Refusal {
    @Override
    public String say() {
      return "the requested resource is not available to this caller";
    }
  }

  /**
   * Known, but not allowed: 400 {@code unauthorized_client} at the token endpoint, 403 elsewhere.
   */
  record Denied(String code, String why) implements Refusal {
    @Override
    public String say() {
      return "the caller may not do this";
    }
  }

  /**
   * Known, logged in, and told what is missing: 403. For people and what concerns them alone; what
   * it says must not tell of others.
   */
  record Forbidden(String code, String say) implements Refusal {
    @Override
    public String why() {
      return say;
    }
  }

  /**
   * Logged in, but not as freshly or strongly as is needed for this (RFC 9470 3): 401 with a
   * challenge that says how.
   *
   * @param maxAge how long ago the person may have proven themselves
   * @param acr one of these authentication contexts; none: any
   */
  record StepUp(String say, Optional<Duration> maxAge, Set<String> acr) implements Refusal {
    public StepUp {
      acr = Set.copyOf(acr);
    }

    @Override
    public String code() {
      return "login-too-weak";
    }

    @Override
    public String why() {
      return say;
    }
  }

  /** Not there, or not for this caller to know: 404. The two look alike. */
  record NotFound(String code, String why) implements Refusal {
    @Override
    public String say() {
      return "there is no such thing here";
    }
  }

  /** The state of things does not allow it (any more): 409. */
  record Conflict(String code, String say) implements Refusal {
    @Override
    public String why() {
      return say;
    }
  }

  /**
   * A device's login is not done, or never will be (RFC 8628 3.5): 400 with the code, hyphens as
   * underscores.
   */
  record DeviceWaits(String code, String say) implements Refusal {
    @Override
    public String why() {
      return say;
    }
  }

  /** A dependency is away and Mayfly fails closed (rule 10): 503 with {@code Retry-After}. */
  record Unavailable(String code, String why) implements Refusal {
    @Override
    public String say() {
      return "temporarily unavailable, try again";
    }
  }

  /** An operator has to do something first, and is told what: 503 with {@code Retry-After}. */
  record NotSetUp(String code, String say) implements Refusal {
    @Override
    public String why() {
      return say;
    }
  }
}
