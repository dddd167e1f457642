package dev.mayfly.cli;

import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Hands the signals that this process gets on to another one, instead of dying of them.
 *
 * <p>{@code sun.misc.Signal} is the platform's only way to catch one (module {@code
 * jdk.unsupported}, there to be used); it is called by reflection because a compiler that refuses
 * warnings refuses its name.
 */
final class Signals implements AutoCloseable {

  /** A terminal sends this one to all of its foreground processes by itself. */
  private static final String FROM_TERMINAL = "INT";

  private static final List<String> FORWARDED = List.of(FROM_TERMINAL, "TERM", "HUP", "USR2");

  private final Process process;
  private final boolean terminal;
  private final Map<String, Object> before = new LinkedHashMap<>();

  private Signals(Process process, boolean terminal) {
    this.process = process;
    this.terminal = terminal;
  }

  /** From now on until it is closed. */
  static Signals to(Process process, boolean terminal) {
    Signals signals = new Signals(process, terminal);
    FORWARDED.forEach(signals::forward);
    return signals;
  }

  private void forward(String name) {
    InvocationHandler handler = (proxy, method, arguments) -> answer(method.getName(), name);
    try {
      Class<?> type = Class.forName("sun.misc.SignalHandler");
      handle(name, Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    } catch (ReflectiveOperationException e) {
      // A platform without this signal: it does what it does by itself.
    }
  }

  private void handle(String name, Object handler) throws ReflectiveOperationException {
    Class<?> signal = Class.forName("sun.misc.Signal");
    Object was =
        signal
            .getMethod("handle", signal, Class.forName("sun.misc.SignalHandler"))
            .invoke(null, signal.getConstructor(String.class).newInstance(name), handler);
    before.putIfAbsent(name, was);
  }

  /** Also asked for {@code equals} and its like, which nobody calls. */
  private Object answer(String method, String signal) {
    boolean theirs = terminal && signal.equals(FROM_TERMINAL);
    if (method.equals("handle") && !theirs) {
      send(signal);
    }
    return false;
  }

  private void send(String signal) {
    try {
      new ProcessBuilder("kill", "-s", signal, Long.toString(process.pid()))
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start();
    } catch (IOException e) {
      process.destroy();
    }
  }

  @Override
  public void close() {
    for (Map.Entry<String, Object> signal : before.entrySet()) {
      try {
        handle(signal.getKey(), signal.getValue());
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("what was there before can be put back", e);
      }
    }
  }
}
