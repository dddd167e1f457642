package dev.mayfly.cli;

import static dev.mayfly.cli.FakeBroker.ORDERS;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import dev.mayfly.key.Alg;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tokens that say or are something else than what the broker makes. */
class LyingTokenTest extends AtARelyingService {

  record Lie(String code, Forger forger) {
    @Override
    public String toString() {
      return code;
    }
  }

  interface Forger {
    String token(FakeBroker broker) throws Exception;
  }

  static Stream<Lie> lies() {
    return Stream.of(
        new Lie("wrong-typ", b -> b.signed("JWT", b.claims(7))),
        new Lie("wrong-typ", b -> b.signed("statuslist+jwt", b.claims(7))),
        new Lie("bad-signature", b -> changed(b.token(7))),
        new Lie("malformed", b -> "no.token"),
        new Lie("malformed", LyingTokenTest::unsigned),
        new Lie("wrong-alg", LyingTokenTest::hmacWithThePublicKey),
        new Lie(
            "unknown-key", b -> FakeBroker.signed(stranger(), Alg.ES256, "at+jwt", b.claims(7))),
        new Lie(
            "bad-signature", b -> FakeBroker.signed(impostor(b), Alg.ES256, "at+jwt", b.claims(7))),
        new Lie("wrong-issuer", b -> with(b, "iss", "https://evil.test")),
        new Lie("wrong-issuer", b -> with(b, "iss", b.url() + "/")),
        new Lie("wrong-audience", b -> with(b, "aud", List.of("https://other.test"))),
        new Lie("wrong-audience", b -> with(b, "aud", ORDERS + "/")),
        new Lie("no-end", b -> without(b, "exp")),
        new Lie("not-yet", b -> with(b, "nbf", CommandRun.START.getEpochSecond() + 1)),
        new Lie("incomplete", b -> without(b, "jti")),
        new Lie("incomplete", b -> without(b, "client_id")),
        new Lie("no-status", b -> without(b, "status")),
        new Lie("no-status", b -> b.token(FakeBroker.ENTRIES)),
        new Lie("no-status", b -> b.token(-1)),
        new Lie("no-status", b -> with(b, "status", entryAt("file:///etc/passwd"))),
        new Lie("list-gone", b -> with(b, "status", entryAt(b.url() + "/status-lists/2"))));
  }

  @ParameterizedTest
  @MethodSource("lies")
  void tokenIsRefused_whenItLies(Lie lie) throws Exception {
    assertThat(verify(lie.forger().token(broker))).as(mayfly.err()).isEqualTo(3);
    assertThat(mayfly.out()).startsWith("refused").contains("(" + lie.code() + ")");
  }

  private static String unsigned(FakeBroker broker) {
    return FakeBroker.encoded(Map.of("alg", "none", "typ", "at+jwt", "kid", broker.key.getKeyID()))
        + "."
        + FakeBroker.encoded(broker.claims(7))
        + ".";
  }

  /** RFC 8725 2.1: the public key as an HMAC secret. */
  private static String hmacWithThePublicKey(FakeBroker broker) throws Exception {
    Map<String, Object> header = new LinkedHashMap<>();
    header.put("alg", "HS256");
    header.put("typ", "at+jwt");
    header.put("kid", broker.key.getKeyID());
    String input = FakeBroker.encoded(header) + "." + FakeBroker.encoded(broker.claims(7));
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(broker.key.toECPublicKey().getEncoded(), "HmacSHA256"));
    return input + "." + Base64URL.encode(mac.doFinal(input.getBytes(StandardCharsets.US_ASCII)));
  }

  private static ECKey impostor(FakeBroker broker) throws Exception {
    return new ECKeyGenerator(Curve.P_256).keyID(broker.key.getKeyID()).generate();
  }

  private static Map<String, Object> entryAt(String uri) {
    return Map.of("status_list", Map.of("idx", 7, "uri", uri));
  }
}
