package dev.mayfly.grant;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The form of what a request says. */
class NarrowingTest {

  @Test
  void inputsComeInOneOrder_onEveryNodeAndAfterEveryStart() {
    Map<String, Object> inputs = Map.of("region", "eu", "order", "1", "lines", 2, "force", true);
    Narrowing said = new Narrowing(Set.of(), List.of(), Optional.empty(), Optional.empty(), inputs);
    assertThat(said.inputs().keySet()).containsExactly("force", "lines", "order", "region");
    assertThat(said.json().getJsonObject("inputs").fieldNames())
        .containsExactly("force", "lines", "order", "region");
  }
}
