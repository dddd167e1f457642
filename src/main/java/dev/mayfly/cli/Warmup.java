package dev.mayfly.cli;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import dev.mayfly.cli.broker.Http;
import dev.mayfly.cli.broker.JwkKeys;
import dev.mayfly.cli.broker.Stop;
import dev.mayfly.cli.screen.Screen;
import dev.mayfly.key.Alg;
import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.text.ParseException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Map;

/**
 * Does once what commands do, so that the class archive that the launcher writes holds what they
 * load. It speaks to nobody: its one request goes to a port of this machine that refuses it.
 */
public final class Warmup {

  private static final int NOBODY_LISTENS = 9;

  private Warmup() {}

  public static void main(String... arguments)
      throws GeneralSecurityException, JOSEException, ParseException {
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
    Surroundings around =
        new Surroundings(
            Map.of(),
            Clock.systemUTC(),
            ZoneOffset.UTC,
            new ByteArrayInputStream("schema: 1".getBytes(StandardCharsets.UTF_8)),
            false,
            new Screen(nowhere, nowhere, true, 80),
            time -> {});
    Mayfly.run(around, "--help");
    Mayfly.run(around, "completion");
    Mayfly.run(around, "policy", "lint", "-");
    sign();
    connect();
  }

  private static void sign() throws GeneralSecurityException, JOSEException, ParseException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(Curve.P_256.toECParameterSpec());
    var pair = generator.generateKeyPair();
    ECKey key =
        new ECKey.Builder(Curve.P_256, (ECPublicKey) pair.getPublic())
            .privateKey((ECPrivateKey) pair.getPrivate())
            .build();
    JWKSet.parse(new JWKSet(key).toString());
    byte[] input = {1};
    JwkKeys.verify(Alg.ES256, key, input, JwkKeys.sign(Alg.ES256, key, input));
  }

  private static void connect() {
    String loopback = InetAddress.getLoopbackAddress().getHostAddress();
    try {
      new Http().get(URI.create("http://" + loopback + ":" + NOBODY_LISTENS + "/"), Map.of());
    } catch (Stop expected) {
      // All that was wanted is loaded by now.
    }
  }
}
