package dev.mayfly.identity;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;

/**
 * The two kinds of assertion that prove an identity: which {@code typ} each may have (rule 12), and
 * how it is refused. A stranger reads the same answer for every cause; the cause is for the
 * operator.
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
  };

  /** The {@code typ} values accepted beside none at all, letter for letter. */
  abstract boolean allowsType(String typ);

  /** {@code why} holds no claim's value. */
  abstract Refusal because(String why);

  <T> Outcome<T> refuse(String why) {
    return Outcome.refused(because(why));
  }
}
