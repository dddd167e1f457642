package dev.mayfly.credential.ssh;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What a user's certificate forbids (critical options) and permits (extensions); a host's has
 * neither.
 *
 * @param sourceAddresses networks from which alone it is good, in CIDR form; none: from anywhere
 * @param forceCommand what is run instead of what the user asks for
 * @param extensions what it permits, e.g. {@code permit-pty}; nothing is permitted by default
 */
public record SshOptions(
    List<String> sourceAddresses, Optional<String> forceCommand, SortedSet<String> extensions) {

  /** Nothing forbidden, nothing permitted: all that a host's certificate can have. */
  public static final SshOptions NONE =
      new SshOptions(List.of(), Optional.empty(), new TreeSet<>());

  /** Those that OpenSSH knows, or somebody's own with their domain (draft-ietf-sshm-cert). */
  private static final Pattern EXTENSION =
      Pattern.compile(
          "no-touch-required|permit-(X11|agent|port)-forwarding|permit-pty|permit-user-rc"
              + "|[a-zA-Z0-9-]{1,64}@[a-zA-Z0-9.-]{1,64}");

  private static final int LONGEST_COMMAND = 4096;

  public SshOptions {
    sourceAddresses = List.copyOf(sourceAddresses);
    extensions = Collections.unmodifiableSortedSet(new TreeSet<>(extensions));
    sourceAddresses.forEach(SshOptions::checkNetwork);
    forceCommand.ifPresent(SshOptions::checkCommand);
    for (String extension : extensions) {
      if (!EXTENSION.matcher(extension).matches()) {
        throw new IllegalArgumentException("SSH has no extension " + extension);
      }
    }
  }

  boolean isNone() {
    return equals(NONE);
  }

  /** Name and value, in lexical order; OpenSSH wraps the value in a string of its own. */
  byte[] critical() {
    SshWriter writer = new SshWriter();
    forceCommand.ifPresent(command -> option(writer, "force-command", command));
    if (!sourceAddresses.isEmpty()) {
      option(writer, "source-address", String.join(",", sourceAddresses));
    }
    return writer.bytes();
  }

  /** Names in lexical order, each with nothing. */
  byte[] permitted() {
    SshWriter writer = new SshWriter();
    extensions.forEach(name -> writer.string(name).string(""));
    return writer.bytes();
  }

  private static void option(SshWriter writer, String name, String value) {
    writer.string(name).string(new SshWriter().string(value).bytes());
  }

  private static void checkNetwork(String network) {
    if (!SshNetwork.isOne(network)) {
      throw new IllegalArgumentException("no network in CIDR form: " + network);
    }
  }

  /** sshd hands it to a shell as it stands; an end of line in it would be another command. */
  private static void checkCommand(String command) {
    boolean control = command.chars().anyMatch(Character::isISOControl);
    if (command.isBlank() || command.length() > LONGEST_COMMAND || control) {
      throw new IllegalArgumentException("a forced command is one line of text");
    }
  }
}
