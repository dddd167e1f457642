package dev.mayfly.delivery;

import dev.mayfly.delivery.Sent.Arrived;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.mail.MailMessage;
import io.vertx.mutiny.ext.mail.MailClient;
import java.util.List;

/** Tells people by mail, in plain text. */
final class MailChannel implements Channel {

  private final MailClient client;
  private final Wording wording;
  private final String from;
  private final List<String> to;

  MailChannel(MailClient client, Wording wording, String from, List<String> to) {
    this.client = client;
    this.wording = wording;
    this.from = from;
    this.to = List.copyOf(to);
  }

  @Override
  public Uni<Sent> send(Message message) {
    MailMessage mail =
        new MailMessage()
            .setFrom(from)
            .setTo(to)
            .setSubject("[Mayfly] " + wording.title(message))
            .setText(text(message));
    // The same at every try, so that a mailbox can tell a repeat.
    mail.addHeader("X-Mayfly-Message", message.id().toString());
    return client.sendMail(mail).map(taken -> new Arrived());
  }

  private String text(Message message) {
    StringBuilder text = new StringBuilder(wording.title(message)).append("\n\n");
    wording.facts(message).forEach(fact -> text.append(fact).append('\n'));
    wording.link(message).ifPresent(link -> text.append('\n').append(link).append('\n'));
    return text.toString();
  }
}
