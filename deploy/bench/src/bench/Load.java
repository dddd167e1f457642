package bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * The driver: one thread, one selector, so that it takes as little as it can of the CPUs it shares
 * with what it measures.
 *
 * <p>Closed loop: every connection asks again as soon as it is answered. Fixed rate: requests are
 * due at times fixed beforehand, and latency counts from when a request was due, so a broker that
 * stalls is charged for the requests that had to wait (no coordinated omission).
 *
 * <p>An arrival may be several requests, one after the other on one connection: it is answered when
 * the last one is.
 */
final class Load implements AutoCloseable {

  private static final long SECOND = 1_000_000_000L;
  private static final long STALLED = 30 * SECOND;

  /** What one run of load saw. */
  record Seen(Histogram nanos, long tokens, long errors, double seconds, String firstError) {}

  /** Whether an answer is what was asked for. */
  interface Judge {
    /**
     * @param number which of the prepared requests was answered
     */
    boolean isGood(int number, Connection answer);
  }

  private final Selector selector = Selector.open();
  private final List<Connection> connections = new ArrayList<>();
  private final Deque<Connection> idle = new ArrayDeque<>();
  private final int steps;
  private final Judge judge;
  private byte[][] requests;
  private int next;
  private long tokens;
  private long errors;
  private String firstError = "";
  private Histogram histogram = new Histogram(60 * SECOND, 3);
  private String sample = "";

  Load(InetSocketAddress address, int connectionCount, byte[][] requests) throws IOException {
    this(address, connectionCount, requests, 1, (number, answer) -> answer.hasToken());
  }

  /**
   * @param steps requests an arrival; the requests of one stand next to each other
   */
  Load(InetSocketAddress address, int connectionCount, byte[][] requests, int steps, Judge judge)
      throws IOException {
    this.requests = requests;
    this.steps = steps;
    this.judge = judge;
    for (int i = 0; i < connectionCount; i++) {
      Connection connection = new Connection(selector, address);
      connections.add(connection);
      idle.add(connection);
    }
  }

  /** What to send from now on. */
  Load sending(byte[][] fresh) {
    requests = fresh;
    next = 0;
    return this;
  }

  /** For so many seconds, or until the prepared requests are used up. */
  Seen closedLoop(double seconds) throws IOException {
    return run(seconds, 0);
  }

  Seen fixedRate(double seconds, int perSecond) throws IOException {
    return run(seconds, perSecond);
  }

  /** A response that carried a token. */
  String sample() {
    return sample;
  }

  private Seen run(double seconds, int perSecond) throws IOException {
    tokens = 0;
    errors = 0;
    firstError = "";
    histogram = new Histogram(60 * SECOND, 3);
    long start = System.nanoTime();
    long end = start + (long) (seconds * SECOND);
    boolean fixed = perSecond > 0;
    // At fixed rate all that is due is sent, however late: what is left out would look fast.
    long last = fixed ? end + STALLED : end;
    int until = fixed ? Math.min(arrivals(), next + (int) (perSecond * seconds)) : arrivals();
    int first = next;
    while (next < until && System.nanoTime() < last) {
      if (fixed) {
        sendDue(start, first, until, perSecond);
      } else {
        sendAll();
      }
      selector.select(this::ready, 1);
    }
    long stop = System.nanoTime();
    Seen seen = new Seen(histogram, tokens, errors, (stop - start) / (double) SECOND, firstError);
    drain(stop);
    return fixed ? withLate(seen, until - next) : seen;
  }

  private Seen withLate(Seen seen, int never) {
    return new Seen(
        histogram, tokens, errors + never, seen.seconds(), never > 0 ? "never sent" : firstError);
  }

  private void sendAll() throws IOException {
    while (!idle.isEmpty() && next < arrivals()) {
      send(idle.pop(), System.nanoTime());
    }
  }

  private void sendDue(long start, int first, int until, int perSecond) throws IOException {
    long now = System.nanoTime();
    while (!idle.isEmpty() && next < until) {
      long due = dueAt(start, next - first, perSecond);
      if (due > now) {
        return;
      }
      send(idle.pop(), due);
    }
  }

  private static long dueAt(long start, int number, int perSecond) {
    return start + number * SECOND / perSecond;
  }

  private void send(Connection connection, long since) throws IOException {
    int number = steps * next++;
    try {
      connection.send(take(number), number, since);
    } catch (IOException e) {
      fail(connection, e.toString());
    }
  }

  private int arrivals() {
    return requests.length / steps;
  }

  /** What has been sent need not stay in memory. */
  private byte[] take(int number) {
    byte[] request = requests[number];
    requests[number] = null;
    return request;
  }

  private void ready(SelectionKey key) {
    Connection connection = (Connection) key.attachment();
    try {
      if (key.isWritable()) {
        connection.flush();
      } else if (connection.receive()) {
        finish(connection);
      }
    } catch (IOException e) {
      fail(connection, e.toString());
    }
  }

  private void finish(Connection connection) throws IOException {
    boolean good = judge.isGood(connection.number(), connection);
    int following = connection.number() + 1;
    if (good && following % steps != 0) {
      connection.send(take(following), following, connection.since());
      return;
    }
    histogram.recordValue(Math.min(System.nanoTime() - connection.since(), 60 * SECOND));
    if (good) {
      tokens++;
      if (sample.isEmpty()) {
        sample = connection.response();
      }
    } else {
      error(connection.response());
    }
    idle.push(connection);
  }

  private void fail(Connection connection, String why) {
    error(why);
    try {
      connection.reopen();
      idle.push(connection);
    } catch (IOException e) {
      error(e.toString());
    }
  }

  private void error(String why) {
    errors++;
    if (firstError.isEmpty()) {
      firstError = why;
    }
  }

  /** Waits for the answers still on the way, so that the next phase starts with a quiet broker. */
  private void drain(long from) throws IOException {
    while (idle.size() < connections.size() && System.nanoTime() - from < STALLED) {
      selector.select(this::ready, 10);
    }
  }

  @Override
  public void close() throws IOException {
    for (Connection connection : connections) {
      connection.close();
    }
    selector.close();
  }
}
