package dev.mayfly.http;

import static dev.mayfly.http.Shop.CHECKOUT;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A policy may allow more than the ring's keys are made for: the ring's bound counts (rule 4). */
@QuarkusTest
@QuarkusTestResource(BrokerDatabase.class)
@TestProfile(LongestCredentialTest.ShortRing.class)
class LongestCredentialTest {

  /** Keys that sign for two minutes at most, where the shop's roles say five. */
  public static final class ShortRing implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("mayfly.key.jwt.longest", "PT2M");
    }
  }

  @Test
  void credentialEndsWithTheRingsBound_whenTheRoleAllowsMore() {
    CHECKOUT.token().then().statusCode(200).body("expires_in", equalTo(120));
  }
}
