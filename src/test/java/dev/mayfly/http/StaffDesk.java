package dev.mayfly.http;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Lets tests of other rooms log somebody in at the staff's provider. */
public final class StaffDesk {

  private StaffDesk() {}

  /**
   * A broker whose issuer is the address that it listens at, so that commands can speak to it, and
   * whose TLS port is open as that of a development broker.
   */
  public static final class OwnPort implements QuarkusTestProfile {

    /** What opens the TLS port; empty where nobody can sign for it at the start. */
    public static final String TLS_NAME = "quarkus.http.tls-configuration-name";

    @Override
    public Map<String, String> getConfigOverrides() {
      String port = Integer.toString(freePort());
      String tlsPort = Integer.toString(freePort());
      return Map.of(
          TLS_NAME,
          "mayfly-development",
          "quarkus.http.test-ssl-port",
          tlsPort,
          "mayfly.http.client-certificate.url",
          "https://localhost:" + tlsPort,
          "quarkus.http.test-port",
          port,
          "mayfly.issuer",
          "http://localhost:" + port,
          // Everybody of every test that shares this broker logs in from one address.
          "mayfly.login.devices-each",
          "1000");
    }

    private static int freePort() {
      try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** This person compares the code in their browser and confirms it. */
  public static void confirm(String person, List<String> groups, String userCode) {
    Visitor browser =
        Device.browserOf(new StaffProvider.Somebody(person, UUID.randomUUID().toString(), groups));
    browser
        .post(
            "/login/device/decision",
            Map.of(
                "token",
                browser.formToken("/login/device"),
                "user_code",
                userCode,
                "decision",
                "confirm"))
        .then()
        .statusCode(200);
  }
}
