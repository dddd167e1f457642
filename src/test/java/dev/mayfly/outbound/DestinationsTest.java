package dev.mayfly.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DestinationsTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "127.8.9.1",
        "0.0.0.0",
        "0.1.2.3",
        "10.1.2.3",
        "100.64.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.168.1.1",
        "198.19.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:a00:1::1",
        "2001:0:4136::1",
        "2001:db8::1",
        "fc00::1",
        "fd12::1",
        "fe80::1",
        "ff02::1"
      })
  void addressIsPrivate_whenNotEverybodyCanReachIt(String address) throws UnknownHostException {
    assertThat(Destinations.isPublic(InetAddress.getByName(address))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.1.1.1",
        "100.128.0.1",
        "172.32.0.1",
        "198.20.0.1",
        "2606:4700::1111",
        "2a00::1"
      })
  void addressIsPublic_whenEverybodyCanReachIt(String address) throws UnknownHostException {
    assertThat(Destinations.isPublic(InetAddress.getByName(address))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://example.com/",
        "https://user:secret@example.com/",
        "ftp://example.com/",
        "https:///path",
        "http://127.0.0.2/"
      })
  void addressIsRefused_whenTheWayIsNotProtected(String uri) {
    assertThat(Destinations.isProtected(URI.create(uri))).isFalse();
    assertThat(Destinations.isProtected(URI.create("https://example.com/hook"))).isTrue();
    assertThat(Destinations.isProtected(URI.create("http://[::1]:8080/"))).isTrue();
  }
}
