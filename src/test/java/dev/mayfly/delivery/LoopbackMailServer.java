package dev.mayfly.delivery;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A real SMTP server on loopback (RFC 5321): it takes, refuses, or says nothing. */
final class LoopbackMailServer implements AutoCloseable {

  /** What it does with whoever connects. */
  enum Mood {
    TAKES,
    REFUSES,
    SILENT
  }

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<String> mails = new CopyOnWriteArrayList<>();
  private final List<Socket> open = new CopyOnWriteArrayList<>();
  private final ServerSocket socket;
  private volatile Mood mood = Mood.TAKES;

  LoopbackMailServer() {
    try {
      socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    threads.execute(this::accept);
  }

  String uri() {
    return "smtp://127.0.0.1:" + socket.getLocalPort();
  }

  void mood(Mood now) {
    mood = now;
  }

  /** Envelope and content of what it took. */
  List<String> mails() {
    return mails;
  }

  @Override
  public void close() {
    try {
      socket.close();
      for (Socket one : open) {
        one.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    threads.shutdownNow();
  }

  private void accept() {
    while (!socket.isClosed()) {
      try {
        Socket client = socket.accept();
        open.add(client);
        threads.execute(() -> talk(client));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void talk(Socket client) {
    try (client;
        var in =
            new BufferedReader(
                new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8))) {
      if (mood == Mood.SILENT) {
        in.readLine();
        return;
      }
      say(client, "220 test");
      StringBuilder mail = new StringBuilder();
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        answer(client, in, line, mail);
      }
    } catch (IOException gone) {
      // the other side hung up, or the test is over
    }
  }

  private void answer(Socket client, BufferedReader in, String line, StringBuilder mail)
      throws IOException {
    switch (line.toUpperCase(Locale.ROOT).split("[ :]", 2)[0]) {
      case "EHLO", "HELO" -> say(client, "250 test");
      case "MAIL", "RCPT" -> {
        mail.append(line).append('\n');
        say(client, mood == Mood.REFUSES ? "451 later" : "250 ok");
      }
      case "DATA" -> {
        say(client, "354 go on");
        for (String text = in.readLine(); !".".equals(text); text = in.readLine()) {
          mail.append(text).append('\n');
        }
        mails.add(mail.toString());
        mail.setLength(0);
        say(client, "250 taken");
      }
      case "QUIT" -> say(client, "221 bye");
      default -> say(client, "250 ok");
    }
  }

  private static void say(Socket client, String line) throws IOException {
    OutputStream out = client.getOutputStream();
    out.write((line + "\r\n").getBytes(StandardCharsets.UTF_8));
    out.flush();
  }
}
