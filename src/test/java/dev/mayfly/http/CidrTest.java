package dev.mayfly.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Blocks of addresses: whom a proxy's header is believed from. */
class CidrTest {

  @ParameterizedTest
  @CsvSource({
    "10.1.2.0/24, 10.1.2.255, true",
    "10.1.2.0/24, 10.1.3.0, false",
    "10.1.2.3, 10.1.2.3, true",
    "10.1.2.3, 10.1.2.4, false",
    "10.1.2.3/31, 10.1.2.2, true",
    "0.0.0.0/0, 192.0.2.1, true",
    "0.0.0.0/0, ::1, false",
    "fd00::/8, fdff::1, true",
    "fd00::/8, fe00::1, false",
    "fe80::/10, fe80::1%eth0, true",
    "::1, localhost, false",
    "127.0.0.1, 127.0.0.1.evil.test, false",
  })
  void addressIsInItsBlockOnly(String block, String address, boolean inside) {
    assertThat(Cidr.parse(block).orElseThrow().holds(address)).isEqualTo(inside);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "localhost", "10.1.2.0/33", "10.1.2.0/-1", "10.1.2.0/x", "::/129", "/8"})
  void whatIsNoBlockIsNone(String text) {
    assertThat(Cidr.parse(text)).isEmpty();
  }
}
