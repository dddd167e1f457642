package dev.mayfly.cli;

import dev.mayfly.credential.ssh.SshPrograms;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** An organisation's own certificate authority: OpenSSL and a folder, and no broker near it. */
final class OrganisationsRoot {

  private final Path folder;

  private OrganisationsRoot(Path folder) {
    this.folder = folder;
  }

  static OrganisationsRoot in(Path folder) {
    OrganisationsRoot root = new OrganisationsRoot(folder);
    root.openssl(
        "req -x509 -newkey rsa:3072 -nodes -days 3650 -subj /O=Shop/CN=Shop-Root -addext"
            + " keyUsage=critical,keyCertSign,cRLSign -keyout org.key -out org.pem");
    return root;
  }

  Path certificate() {
    return folder.resolve("org.pem");
  }

  /** Signs as the request asks, and gives what is to be imported: that and the root. */
  Path sign(Path request, int days) {
    openssl(
        "x509 -req -in %s -CA org.pem -CAkey org.key -CAcreateserial -days %d -copy_extensions copy -out signed.pem"
            .formatted(request, days));
    return chain("chain.pem", "signed.pem", "org.pem");
  }

  /** Signs, but with these extensions in place of those that were asked for. */
  Path signAs(Path request, String... extensions) {
    write("extensions.cnf", String.join("\n", extensions));
    openssl(
        "x509 -req -in %s -CA org.pem -CAkey org.key -CAcreateserial -days 90 -extfile extensions.cnf -out odd.pem"
            .formatted(request));
    return chain("odd-chain.pem", "odd.pem", "org.pem");
  }

  Path chain(String name, String... certificates) {
    return write(
        name, String.join("", Arrays.stream(certificates).map(this::read).toArray(String[]::new)));
  }

  String openssl(String words) {
    String[] command = ("openssl " + words).split(" ", -1);
    for (int at = 1; at < command.length; at++) {
      boolean file = command[at].matches("[a-z0-9-]+\\.(pem|key|cnf|der)");
      command[at] = file ? folder.resolve(command[at]).toString() : command[at];
    }
    return SshPrograms.run(command).text();
  }

  Path write(String name, String text) {
    try {
      return Files.writeString(folder.resolve(name), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String read(String name) {
    try {
      return Files.readString(folder.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
