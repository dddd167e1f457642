package dev.mayfly.cli;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Where each test has a command line, and a broker of its own that says what the test decides. */
class AtAFakeBroker {

  static final String CLIENT = "spiffe://shop.test/checkout";

  @TempDir Path folder;
  CommandRun mayfly;
  FakeBroker broker;

  @BeforeEach
  final void sitDown() throws Exception {
    mayfly = new CommandRun(folder.resolve("cache"));
    broker = new FakeBroker(mayfly.clock);
    mayfly.environment.put("MAYFLY_BROKER", broker.url());
    mayfly.environment.put("XDG_STATE_HOME", folder.resolve("state").toString());
  }

  @AfterEach
  final void leave() {
    broker.close();
  }

  /** Whoever asks from now on has this key, of {@link #CLIENT}. */
  final ECKey withKey() throws Exception {
    ECKey key = new ECKeyGenerator(Curve.P_256).keyID("checkout-1").generate();
    Map<String, Object> jwk = new LinkedHashMap<>(key.toJSONObject());
    jwk.put("client_id", CLIENT);
    Files.writeString(keyFile(), JSONObjectUtils.toJSONString(jwk));
    mayfly.environment.put("MAYFLY_KEY_FILE", keyFile().toString());
    return key;
  }

  final Path keyFile() {
    return folder.resolve("key.json");
  }
}
