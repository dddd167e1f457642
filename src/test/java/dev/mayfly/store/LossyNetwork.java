package dev.mayfly.store;

import dev.mayfly.boot.DatabaseAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/**
 * A network between a broker and its PostgreSQL that can lose packets: nothing arrives any more, in
 * neither direction, and nobody is told. Connections can still be made, as through a proxy.
 */
public final class LossyNetwork implements AutoCloseable {

  private final DatabaseAddress server;
  private final ServerSocket door;
  private final List<Socket> sockets = new ArrayList<>();
  private boolean lost;
  private int forgotten;
  private int made;

  public LossyNetwork(DatabaseAddress server) {
    this.server = server;
    try {
      this.door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::accept);
  }

  /** Where the server is to be reached through here. */
  public DatabaseAddress address() {
    return new DatabaseAddress(
        "127.0.0.1", door.getLocalPort(), server.name(), server.user(), server.password());
  }

  /** From now on nothing arrives. */
  public synchronized void lose() {
    lost = true;
  }

  /** All is well again, and what was sent meanwhile arrives, as TCP would send it again. */
  public synchronized void find() {
    lost = false;
    notifyAll();
  }

  /** Nothing arrives any more on the connections there are; new ones are well. */
  public synchronized void forgetConnections() {
    forgotten = made;
  }

  private void accept() {
    try {
      while (true) {
        Socket client = door.accept();
        Socket there = new Socket(server.host(), server.port());
        int number = enter(client, there);
        Thread.ofVirtual().start(() -> carry(client, there, number));
        Thread.ofVirtual().start(() -> carry(there, client, number));
      }
    } catch (IOException closed) {
      // The end of the test.
    }
  }

  private synchronized int enter(Socket client, Socket there) {
    sockets.add(client);
    sockets.add(there);
    return ++made;
  }

  private void carry(Socket from, Socket to, int number) {
    byte[] some = new byte[16 * 1024];
    try (from;
        to) {
      int length = from.getInputStream().read(some);
      while (length >= 0) {
        awaitPassage(number);
        to.getOutputStream().write(some, 0, length);
        length = from.getInputStream().read(some);
      }
      awaitPassage(number);
    } catch (IOException | InterruptedException ended) {
      // One end has closed: so does the other.
    }
  }

  private synchronized void awaitPassage(int number) throws InterruptedException {
    while (lost || number <= forgotten) {
      wait();
    }
  }

  @Override
  public synchronized void close() {
    try {
      door.close();
      for (Socket socket : sockets) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    forgotten = 0;
    find();
  }
}
