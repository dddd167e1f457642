package dev.mayfly.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.Refusal;
import org.junit.jupiter.api.Test;

/** The log is for what somebody may want to look into. */
class OrdinaryRefusalTest {

  /** RFC 9449 8: without it no client can have a nonce. */
  @Test
  void firstProofWithoutANonceIsNoLine_andABadOneIs() {
    assertThat(Errors.isOrdinary(new Refusal.BadDpop(Refusal.BadDpop.NONCE, "none"))).isTrue();
    assertThat(Errors.isOrdinary(new Refusal.BadDpop(Refusal.BadDpop.PROOF, "bad"))).isFalse();
    assertThat(Errors.isOrdinary(new Refusal.Denied("grant-revoked", "taken back"))).isFalse();
  }
}
