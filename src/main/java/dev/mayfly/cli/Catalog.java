package dev.mayfly.cli;

import dev.mayfly.cli.broker.Broker;
import dev.mayfly.cli.broker.Json;
import dev.mayfly.cli.broker.Stop;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The roles that a person may request, and what each of them wants to know. */
record Catalog(Json answer) {

  static Catalog of(Broker.Api person) throws Stop {
    return new Catalog(person.get("/v1/roles"));
  }

  Optional<Json> role(String id) {
    return answer.objects("items").stream().filter(role -> role.show("role").equals(id)).findAny();
  }

  /** What these roles want to know together, by name; each role takes what it declares. */
  Map<String, Json> inputs(List<String> roles) {
    Map<String, Json> inputs = new LinkedHashMap<>();
    for (String id : roles) {
      role(id).map(role -> role.objects("inputs")).orElse(List.of()).stream()
          .forEach(input -> inputs.putIfAbsent(input.show("name"), input));
    }
    return inputs;
  }
}
