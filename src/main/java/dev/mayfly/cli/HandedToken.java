package dev.mayfly.cli;

import dev.mayfly.cli.broker.DpopKey;
import dev.mayfly.cli.broker.Json;
import dev.mayfly.cli.broker.Stop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Where a command finds its token: in its environment, and in a file of a folder that only this
 * user can look into. The file is replaced whole, so that nobody reads half a token, and is gone
 * afterwards.
 */
final class HandedToken implements AutoCloseable {

  private static final FileAttribute<?> OWNER_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final FileAttribute<?> OWNER_FOLDER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private final Surroundings around;
  private final RunCommand.Hand hand;
  private final Optional<Path> folder;
  private String token = "";
  private String type = "";

  HandedToken(Surroundings around, RunCommand.Hand hand) throws Stop {
    this.around = around;
    this.hand = hand;
    this.folder = hand == RunCommand.Hand.env ? Optional.empty() : Optional.of(fresh(around));
  }

  private static Path fresh(Surroundings around) throws Stop {
    try {
      Path state = Files.createDirectories(around.stateFolder(), OWNER_FOLDER);
      return Files.createTempDirectory(state, "run", OWNER_FOLDER);
    } catch (IOException e) {
      throw unwritable(around);
    }
  }

  /** From now on it is this one. */
  void hand(Json answer) throws Stop {
    token = answer.text("access_token").orElse("");
    type = answer.show("token_type");
    if (folder.isEmpty()) {
      return;
    }
    try {
      Path next = Files.createTempFile(folder.get(), "token", ".new", OWNER_FILE);
      Files.writeString(next, token);
      Files.move(
          next,
          file(folder.get()),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw unwritable(around);
    }
  }

  /** What the command's environment has besides this one's. */
  Map<String, String> environment() {
    Map<String, String> environment = new LinkedHashMap<>();
    if (hand != RunCommand.Hand.file) {
      environment.put("MAYFLY_TOKEN", token);
    }
    folder.ifPresent(
        inside -> environment.put("MAYFLY_TOKEN_FILE", file(inside).toAbsolutePath().toString()));
    environment.put("MAYFLY_TOKEN_TYPE", type);
    if (type.equals("DPoP")) {
      environment.put(
          "MAYFLY_DPOP_KEY_FILE",
          around.stateFolder().resolve(DpopKey.FILE).toAbsolutePath().toString());
    }
    return environment;
  }

  private static Path file(Path folder) {
    return folder.resolve("token");
  }

  private static Stop unwritable(Surroundings around) {
    return Stop.usage(
        "the token's file cannot be written in " + around.stateFolder(),
        "check the folder, or use --hand env");
  }

  @Override
  public void close() throws Stop {
    if (folder.isEmpty()) {
      return;
    }
    try {
      Files.deleteIfExists(file(folder.get()));
      Files.delete(folder.get());
    } catch (IOException e) {
      throw unwritable(around);
    }
  }
}
