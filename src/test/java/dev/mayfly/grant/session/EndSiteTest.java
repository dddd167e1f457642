package dev.mayfly.grant.session;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whom an address is counted as: nobody is somebody else by writing or choosing another one. */
class EndSiteTest {

  @ParameterizedTest
  @CsvSource({
    "2001:db8:1:2::1, 2001:db8:1:2:ffff:ffff:ffff:ffff",
    "2001:db8:1:2::1, 2001:0DB8:0001:0002:0:0:0:1",
    "fe80::1%1, fe80::2",
    "::ffff:192.0.2.7, 192.0.2.7",
    "::ffff:c000:207, 192.0.2.7",
  })
  void addressesAreCountedTogether_ofOneEndSite(String one, String other) {
    assertThat(EndSite.of(one)).isEqualTo(EndSite.of(other));
  }

  @ParameterizedTest
  @CsvSource({
    "2001:db8:1:2::1, 2001:db8:1:3::1",
    "192.0.2.7, 192.0.2.8",
    "::ffff:192.0.2.7, ::ffff:192.0.2.8",
    "'', unknown",
  })
  void addressesAreCountedApart_ofTwo(String one, String other) {
    assertThat(EndSite.of(one)).isNotEqualTo(EndSite.of(other));
  }
}
