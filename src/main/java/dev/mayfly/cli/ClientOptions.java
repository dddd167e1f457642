package dev.mayfly.cli;

import dev.mayfly.cli.broker.ClientKey;
import dev.mayfly.cli.broker.Stop;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Whose key a command authenticates with. */
final class ClientOptions {

  @Option(
      names = {"-k", "--key-file"},
      paramLabel = "FILE",
      description = {
        "The caller's private JWK, or {\"client_id\": ..., \"key\": JWK}.",
        "Default: MAYFLY_KEY_FILE."
      })
  private Optional<Path> keyFile = Optional.empty();

  @Option(
      names = "--client",
      paramLabel = "ID",
      description =
          "The caller's client id (SPIFFE ID), where the key or certificate does not say it."
              + " Default: MAYFLY_CLIENT.")
  private Optional<String> client = Optional.empty();

  /** The key that is named; {@code otherwise} is what a person who has none can do instead. */
  ClientKey key(Surroundings around, String otherwise) throws Stop {
    Path file =
        keyFile
            .or(() -> around.variable("MAYFLY_KEY_FILE").map(Path::of))
            .orElseThrow(
                () ->
                    Stop.notAuthenticated(
                        "no-key",
                        "no key to prove who is asking",
                        "give --key-file, or set MAYFLY_KEY_FILE; " + otherwise));
    return ClientKey.read(file, id(around));
  }

  /** The client id, by option or by environment. */
  Optional<String> id(Surroundings around) {
    return client.or(() -> around.variable("MAYFLY_CLIENT"));
  }

  /** The client id, where an option says it. */
  Optional<String> named() {
    return client;
  }

  /** Whether a key is named, by option or by environment. */
  boolean isNamed(Surroundings around) {
    return given() || around.variable("MAYFLY_KEY_FILE").isPresent();
  }

  boolean given() {
    return keyFile.isPresent();
  }
}
