package dev.mayfly.cli;

import dev.mayfly.cli.broker.Http;
import java.util.Optional;

/** A path of the broker's API with the filters that were given. */
record Query(String path) {

  Query with(String name, Optional<String> value) {
    return value
        .map(v -> new Query(path + (path.contains("?") ? "&" : "?") + name + "=" + Http.encode(v)))
        .orElse(this);
  }

  @Override
  public String toString() {
    return path;
  }
}
