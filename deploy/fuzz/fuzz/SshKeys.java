package fuzz;

import dev.mayfly.credential.ssh.SshPublicKey;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Octets sent as an SSH public key: once as the text of a line, once as the blob in base64. */
public final class SshKeys {

  private SshKeys() {}

  public static void fuzzerTestOneInput(byte[] data) {
    SshPublicKey.read(new String(data, StandardCharsets.ISO_8859_1));
    SshPublicKey.read(Base64.getEncoder().encodeToString(data));
  }
}
