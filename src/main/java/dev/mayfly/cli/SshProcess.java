package dev.mayfly.cli;

import dev.mayfly.cli.broker.Stop;
import dev.mayfly.cli.ssh.CertifiedKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * The ssh that {@code mayfly ssh} starts. It is told by a file, which holds only the certificate,
 * which of the agent's keys to offer: a host hears of no other key of its user's, and does not hang
 * up because the agent holds too many (MaxAuthTries of sshd_config).
 */
final class SshProcess {

  private static final FileAttribute<?> OWNER_FOLDER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private final Surroundings around;
  private final List<String> arguments;

  SshProcess(Surroundings around, List<String> arguments) {
    this.around = around;
    this.arguments = arguments;
  }

  /** Its exit code, or 128 and the signal that ended it. */
  int run(CertifiedKey key) throws Stop {
    Path folder = folder();
    Path file = folder.resolve("certificate.pub");
    try {
      Files.writeString(file, key.line() + "\n", StandardCharsets.US_ASCII);
      return run(file);
    } catch (IOException e) {
      throw unwritable();
    } finally {
      delete(file, folder);
    }
  }

  private int run(Path certificate) throws Stop {
    List<String> command =
        new ArrayList<>(
            List.of("ssh", "-o", "IdentitiesOnly=yes", "-o", "IdentityFile=" + certificate));
    command.addAll(arguments);
    Process process = start(command);
    try (Signals _ = Signals.to(process, around.asking())) {
      return process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroy();
      throw Stop.refused("interrupted", "ssh was interrupted", "");
    }
  }

  private Process start(List<String> command) throws Stop {
    ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
    around
        .variable("SSH_AUTH_SOCK")
        .ifPresent(socket -> builder.environment().put("SSH_AUTH_SOCK", socket));
    try {
      return builder.start();
    } catch (IOException e) {
      throw Stop.usage("cannot run ssh", "is OpenSSH's client installed, and on the PATH?");
    }
  }

  private Path folder() throws Stop {
    try {
      Path state = Files.createDirectories(around.stateFolder(), OWNER_FOLDER);
      return Files.createTempDirectory(state, "ssh", OWNER_FOLDER);
    } catch (IOException e) {
      throw unwritable();
    }
  }

  private void delete(Path file, Path folder) throws Stop {
    try {
      Files.deleteIfExists(file);
      Files.delete(folder);
    } catch (IOException e) {
      throw unwritable();
    }
  }

  private Stop unwritable() {
    return Stop.usage(
        "cannot write in " + around.stateFolder(), "check the folder and who may write to it");
  }
}
