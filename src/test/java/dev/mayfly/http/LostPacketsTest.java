package dev.mayfly.http;

import static dev.mayfly.http.Shop.CHECKOUT;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.notNullValue;

import dev.mayfly.store.LossyNetwork;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.time.Duration;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Rule 10 when the database does not say that it is away: its packets are lost, and no connection
 * is closed.
 */
@QuarkusTest
@QuarkusTestResource(value = LossyDatabase.class, restrictToAnnotatedClass = true)
class LostPacketsTest {

  /** The limit of two seconds, and what a busy machine adds. */
  private static final Duration IN_TIME = Duration.ofSeconds(6);

  private static final Duration RECOVERY = Duration.ofSeconds(30);

  LossyNetwork network;

  @AfterEach
  void findPackets() {
    network.find();
  }

  @Test
  void mintIsToldToComeBack_andDoes_whenPacketsAreLostForAWhile_rule10() {
    CHECKOUT.freshToken();

    network.lose();

    assertComeBack(CHECKOUT::token);
    assertComeBack(CHECKOUT::token);
    assertThat(given().get("/health/ready").statusCode()).isEqualTo(503);

    network.find();

    awaitStatus(200, () -> given().get("/health/ready"));
    awaitStatus(200, CHECKOUT::token);
  }

  @Test
  void operatorIsToldToComeBack_whenPacketsAreLost_rule10() {
    RequestSpecification operator = Shop.operator();

    network.lose();

    assertComeBack(() -> operator.get("/v1/grants"));
  }

  @Test
  void poolIsNotUsedUp_whenMoreRequestsAreLostThanItHasConnections_rule10() {
    CHECKOUT.freshToken();
    network.lose();
    Stream.generate(() -> Thread.ofVirtual().start(CHECKOUT::token))
        .limit(40)
        .toList()
        .forEach(LostPacketsTest::join);

    network.find();

    awaitStatus(200, CHECKOUT::token);
  }

  private static void assertComeBack(Supplier<Response> request) {
    long start = System.nanoTime();
    request.get().then().statusCode(503).header("Retry-After", notNullValue());
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(IN_TIME);
  }

  private static void awaitStatus(int status, Supplier<Response> request) {
    long start = System.nanoTime();
    while (request.get().statusCode() != status) {
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(RECOVERY);
      Thread.onSpinWait();
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
