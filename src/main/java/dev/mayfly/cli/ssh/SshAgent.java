package dev.mayfly.cli.ssh;

import dev.mayfly.cli.broker.Stop;
import dev.mayfly.credential.ssh.SshWriter;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The user's ssh-agent (draft-ietf-sshm-ssh-agent), to which a key is given with its certificate
 * for as long as the certificate lives: it never stands in a file, and nobody has to remove it.
 */
public final class SshAgent {

  private static final int ADD_ID_CONSTRAINED = 25;
  private static final int CONSTRAIN_LIFETIME = 1;
  private static final int SUCCESS = 6;

  /** An answer to what is asked here is one octet; a longer one is no agent's. */
  private static final int LONGEST_ANSWER = 1024;

  private final Path socket;

  private SshAgent(Path socket) {
    this.socket = socket;
  }

  /** The agent behind {@code SSH_AUTH_SOCK}. */
  public static SshAgent at(Path socket) {
    return new SshAgent(socket);
  }

  /**
   * Gives it a key with its certificate; a shorter life than a second is none.
   *
   * @param comment what {@code ssh-add -l} shows
   */
  public void add(CertifiedKey key, String comment, Duration life) throws Stop {
    long seconds = life.toSeconds();
    if (seconds < 1 || seconds > Integer.MAX_VALUE) {
      throw Stop.refused("ssh-certificate-over", "the certificate has no time left", "ask again");
    }
    SshWriter message = new SshWriter().byteOf(ADD_ID_CONSTRAINED);
    key.writeTo(message);
    message.string(comment).byteOf(CONSTRAIN_LIFETIME).uint32((int) seconds);
    if (ask(message.bytes()) != SUCCESS) {
      throw Stop.refused(
          "ssh-agent-refused",
          "ssh-agent did not take the certificate",
          "is it locked? ssh-add -X");
    }
  }

  /** The first octet of the answer. */
  private int ask(byte[] message) throws Stop {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket));
      ByteBuffer out = ByteBuffer.wrap(new SshWriter().string(message).bytes());
      while (out.hasRemaining()) {
        channel.write(out);
      }
      DataInputStream in = new DataInputStream(Channels.newInputStream(channel));
      int length = in.readInt();
      if (length < 1 || length > LONGEST_ANSWER) {
        throw unreachable();
      }
      return in.readUnsignedByte();
    } catch (IOException e) {
      throw unreachable();
    }
  }

  private static Stop unreachable() {
    return Stop.unreachable(
        "ssh-agent-away",
        "no ssh-agent answers at SSH_AUTH_SOCK",
        "start one in this shell: eval \"$(ssh-agent)\"");
  }
}
