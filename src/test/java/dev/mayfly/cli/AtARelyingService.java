package dev.mayfly.cli;

import static dev.mayfly.cli.FakeBroker.ORDERS;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import java.util.Map;
import java.util.stream.Stream;

/** Where each test judges tokens of a broker that lies where the test says so. */
class AtARelyingService extends AtAFakeBroker {

  final int verify(String token, String... more) {
    mayfly.in = token + "\n";
    String[] arguments =
        Stream.concat(Stream.of("verify", "-", "--audience", ORDERS), Stream.of(more))
            .toArray(String[]::new);
    return mayfly.run(arguments);
  }

  /** One bit of the signature turned. */
  static String changed(String token) {
    int dot = token.lastIndexOf('.');
    byte[] proof = new Base64URL(token.substring(dot + 1)).decode();
    proof[5] ^= 1;
    return token.substring(0, dot + 1) + Base64URL.encode(proof);
  }

  static ECKey stranger() throws Exception {
    return new ECKeyGenerator(Curve.P_256).keyIDFromThumbprint(true).generate();
  }

  static String with(FakeBroker broker, String name, Object value) throws Exception {
    Map<String, Object> claims = broker.claims(7);
    claims.put(name, value);
    return broker.signed("at+jwt", claims);
  }

  static String without(FakeBroker broker, String name) throws Exception {
    Map<String, Object> claims = broker.claims(7);
    claims.remove(name);
    return broker.signed("at+jwt", claims);
  }
}
