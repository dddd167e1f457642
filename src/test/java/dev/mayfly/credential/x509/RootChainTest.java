package dev.mayfly.credential.x509;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.Outcome;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a chain is read out of what an operator brings. */
class RootChainTest {

  private static final String BEGIN = "-----BEGIN CERTIFICATE-----";
  private static final String END = "-----END CERTIFICATE-----";

  /** A text that counts how often somebody looks at one of its characters. */
  private record Counted(String text, AtomicLong looks) implements CharSequence {

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public char charAt(int index) {
      looks.incrementAndGet();
      return text.charAt(index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return text.subSequence(start, end);
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /** The longest that is read at all, in what made the search go back at each character. */
  @ParameterizedTest
  @ValueSource(strings = {" ", "\n", "A", "A ", "-", BEGIN, BEGIN + " ", BEGIN + " A", BEGIN + END})
  void eachCharacterIsLookedAtAFewTimes(String filling) {
    String text = BEGIN + filling.repeat(RootChain.MOST_CHARACTERS / filling.length());
    AtomicLong looks = new AtomicLong();
    assertThat(RootChain.blocks(new Counted(text, looks))).isEmpty();
    assertThat(looks.get()).isPositive().isLessThan(40L * text.length());
  }

  @Test
  void blocksAreFound_whateverStandsBetween() {
    String text =
        "bag\n" + BEGIN + "\r\n\tAAAA\n BB==\n" + END + "\nmore\n" + BEGIN + " CCCC" + END;
    assertThat(RootChain.blocks(text).stream().map(String::strip).toList())
        .isEqualTo(List.of("AAAA\n BB==", "CCCC"));
    assertThat(RootChain.blocks(BEGIN + "\n" + END)).isEmpty();
    assertThat(RootChain.blocks(BEGIN + "AAAA" + END)).isEmpty();
  }

  @Test
  void blanksAreNoChain() {
    String blanks = " ".repeat(RootChain.MOST_CHARACTERS - BEGIN.length());
    assertThat(RootChain.parse(BEGIN + blanks, Instant.EPOCH)).isInstanceOf(Outcome.Refused.class);
  }
}
