package bench;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** One keep-alive connection of HTTP/1.1 with at most one request on the way: no pipelining. */
final class Connection {

  private static final int USUAL_RESPONSE = 64 * 1024;
  private static final byte[] TOKEN = "\"access_token\"".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] LENGTH = "\ncontent-length:".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] CHUNKED = "\ntransfer-encoding:".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] HEADER_END = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final Selector selector;
  private final InetSocketAddress address;
  private ByteBuffer in = ByteBuffer.allocate(USUAL_RESPONSE);
  private SocketChannel channel;
  private ByteBuffer out = ByteBuffer.allocate(0);
  private SelectionKey key;
  private int number;
  private long since;

  Connection(Selector selector, InetSocketAddress address) throws IOException {
    this.selector = selector;
    this.address = address;
    open();
  }

  /** When the request on the way was sent, or should have been. */
  long since() {
    return since;
  }

  /** Which of the prepared requests is on the way. */
  int number() {
    return number;
  }

  void send(byte[] request, int itsNumber, long sinceNanos) throws IOException {
    number = itsNumber;
    since = sinceNanos;
    in.clear();
    out = ByteBuffer.wrap(request);
    flush();
  }

  /** Writes what the socket did not take before. */
  void flush() throws IOException {
    channel.write(out);
    key.interestOps(out.hasRemaining() ? SelectionKey.OP_WRITE : SelectionKey.OP_READ);
  }

  /** Reads what is there; true when the response is whole. */
  boolean receive() throws IOException {
    if (!in.hasRemaining()) {
      in = ByteBuffer.allocate(2 * in.capacity()).put(in.flip());
    }
    if (channel.read(in) < 0) {
      throw new EOFException("the server closed the connection");
    }
    byte[] bytes = in.array();
    int filled = in.position();
    int headerEnd = find(bytes, 0, filled, HEADER_END);
    if (headerEnd < 0) {
      return false;
    }
    int body = headerEnd + HEADER_END.length;
    int length = find(bytes, 0, headerEnd, LENGTH);
    if (length >= 0) {
      return filled >= body + number(bytes, length + LENGTH.length);
    }
    if (find(bytes, 0, headerEnd, CHUNKED) >= 0) {
      return find(bytes, filled - LAST_CHUNK.length, filled, LAST_CHUNK) >= 0;
    }
    throw new IOException("a response of unknown length");
  }

  /** A whole response is a success only when it is 200 and carries a token. */
  boolean hasToken() {
    return isOk() && holds(TOKEN);
  }

  /** 200 or 201. */
  boolean isSuccess() {
    byte[] bytes = in.array();
    return bytes[9] == '2' && bytes[10] == '0' && (bytes[11] == '0' || bytes[11] == '1');
  }

  boolean isOk() {
    byte[] bytes = in.array();
    return bytes[9] == '2' && bytes[10] == '0' && bytes[11] == '0';
  }

  /** Whether this stands in the response; {@code wanted} in lower case. */
  boolean holds(byte[] wanted) {
    return find(in.array(), 12, in.position(), wanted) >= 0;
  }

  String response() {
    return new String(in.array(), 0, in.position(), StandardCharsets.UTF_8);
  }

  void reopen() throws IOException {
    close();
    open();
  }

  void close() throws IOException {
    channel.close();
  }

  private void open() throws IOException {
    channel = SocketChannel.open(address);
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    channel.configureBlocking(false);
    key = channel.register(selector, SelectionKey.OP_READ, this);
  }

  private static int number(byte[] bytes, int from) {
    int at = from;
    while (bytes[at] == ' ') {
      at++;
    }
    int number = 0;
    while (bytes[at] >= '0' && bytes[at] <= '9') {
      number = number * 10 + bytes[at++] - '0';
    }
    return number;
  }

  /** Where {@code wanted} (lower case) stands, in any case; -1 for nowhere. */
  private static int find(byte[] bytes, int from, int to, byte[] wanted) {
    outer:
    for (int at = Math.max(from, 0); at <= to - wanted.length; at++) {
      for (int i = 0; i < wanted.length; i++) {
        int b = bytes[at + i];
        int lower = b >= 'A' && b <= 'Z' ? b + 32 : b;
        if (lower != wanted[i]) {
          continue outer;
        }
      }
      return at;
    }
    return -1;
  }
}
