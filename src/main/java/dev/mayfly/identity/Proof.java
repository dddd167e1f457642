package dev.mayfly.identity;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import java.util.Set;

/**
 * The kinds of signed assertion that prove something to Mayfly: which {@code typ} each may have
 * (rule 12), and how it is refused. A stranger reads the same answer for every cause; the cause is
 * for the operator.
 */
enum Proof {
  /** RFC 7523bis 5: a client assertion may say what it is, and nothing else. */
  CLIENT {
    @Override
    boolean allowsType(String typ) {
      return typ.equals("JWT") || typ.equals("client-authentication+jwt");
    }

    @Override
    Refusal because(String why) {
      return new Refusal.Unauthenticated("client-assertion-refused", why);
    }
  },

  /**
   * A workload's JWT-SVID as its client assertion: what its header holds is said to the letter
   * (JWT-SVID 2).
   */
  SVID {
    @Override
    boolean allowsType(String typ) {
      return typ.equals("JWT") || typ.equals("JOSE");
    }

    @Override
    boolean allowsHeaders(Set<String> names) {
      return Set.of("alg", "kid", "typ").containsAll(names);
    }

    @Override
    Refusal because(String why) {
      return new Refusal.Unauthenticated("client-assertion-refused", why);
    }
  },

  /**
   * What issuers of ID tokens write. Whatever names itself something else was made for something
   * else: an access token ({@code at+jwt}) proves nobody.
   */
  FEDERATED {
    @Override
    boolean allowsType(String typ) {
      return typ.equals("JWT");
    }

    @Override
    Refusal because(String why) {
      return new Refusal.BadGrant("assertion-refused", why);
    }
  },

  /** RFC 9449 4.2: a proof that the sender of a request holds a key. It names itself, always. */
  DPOP {
    @Override
    boolean allowsType(String typ) {
      return typ.equals("dpop+jwt");
    }

    @Override
    boolean needsType() {
      return true;
    }

    @Override
    Refusal because(String why) {
      return new Refusal.BadDpop(Refusal.BadDpop.PROOF, why);
    }
  },

  /** What a people's provider says of who has just logged in (OpenID Connect Core 2). */
  LOGIN {
    @Override
    boolean allowsType(String typ) {
      return typ.equals("JWT");
    }

    @Override
    Refusal because(String why) {
      return new Refusal.Denied("login-refused", why);
    }
  },

  /** What it says of who has logged out there (OpenID Connect Back-Channel Logout 2.4). */
  LOGOUT {
    @Override
    boolean allowsType(String typ) {
      return typ.equals("logout+jwt") || typ.equals("JWT");
    }

    @Override
    Refusal because(String why) {
      return new Refusal.Malformed("logout-token-refused", why);
    }
  };

  /** The {@code typ} values accepted, letter for letter. */
  abstract boolean allowsType(String typ);

  /** Whether a header may have these members, beside those that none may have. */
  boolean allowsHeaders(Set<String> names) {
    return true;
  }

  /** Whether none at all is refused, too. */
  boolean needsType() {
    return false;
  }

  /** {@code why} holds no claim's value. */
  abstract Refusal because(String why);

  <T> Outcome<T> refuse(String why) {
    return Outcome.refused(because(why));
  }
}
