package dev.mayfly.http.lists;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How readers of lists say what they want. */
class NegotiationTest {

  private static final Duration LONGEST = Duration.ofSeconds(30);

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "deflate, gzip", "GZIP;q=0.5", "*", "br;q=1.0, gzip;q=0.001"})
  void compressedBytesAreSent_toWhoTakesThem(String acceptEncoding) {
    assertThat(Representation.of(acceptEncoding)).isEqualTo(Representation.GZIP);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "identity", "gzip;q=0", "gzip; q=0.000", "br", "x-gzipped", "*;q=0"})
  void plainBytesAreSent_toEverybodyElse(String acceptEncoding) {
    assertThat(Representation.of(acceptEncoding)).isEqualTo(Representation.PLAIN);
  }

  @Test
  void eachRepresentationHasItsOwnTag_andBothLeadBack() {
    String tag = Representation.GZIP.tag("\"abc\"");
    assertThat(tag).isEqualTo("\"abc-gzip\"");
    assertThat(Representation.plainTag(tag)).isEqualTo("\"abc\"");
    assertThat(Representation.plainTag("\"abc\"")).isEqualTo("\"abc\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "wait=5|5",
        "respond-async, wait=10|10",
        "wait=\"7\"|7",
        "wait = 3|3",
        "wait=9999|30",
        "return=minimal; foo, wait=2|2"
      })
  void waitIsRead_andBounded(String prefer, long seconds) {
    assertThat(Wait.preferred(prefer, LONGEST)).contains(Duration.ofSeconds(seconds));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "wait", "wait=", "wait=0", "wait=-1", "wait=1.5", "await=5", "wait=99999"})
  void nobodyWaits_whoDoesNotSaySoProperly(String prefer) {
    assertThat(Wait.preferred(prefer, LONGEST)).isEmpty();
  }
}
