package dev.mayfly.delivery;

import dev.mayfly.outbound.Letter;
import dev.mayfly.outbound.Post;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.Map;

/**
 * Tells people in a chat that takes Slack's incoming webhooks: blocks, and a button that opens the
 * grant's page. What others wrote goes in as plain text, so none of it is markup or a mention.
 */
final class SlackChannel implements Channel {

  /** Slack's bounds for a header and for a section's text. */
  private static final int HEADER = 150;

  private static final int SECTION = 3000;

  private final Post post;
  private final Wording wording;
  private final URI uri;
  private final boolean privateToo;

  SlackChannel(Post post, Wording wording, URI uri, boolean privateToo) {
    this.post = post;
    this.wording = wording;
    this.uri = uri;
    this.privateToo = privateToo;
  }

  @Override
  public Uni<Sent> send(Message message) {
    return post.status(new Letter(uri, privateToo, Map.of(), body(message).toBuffer()))
        .map(Sent::of);
  }

  private JsonObject body(Message message) {
    String title = wording.title(message);
    JsonArray blocks =
        new JsonArray()
            .add(new JsonObject().put("type", "header").put("text", plain(title, HEADER)))
            .add(
                new JsonObject()
                    .put("type", "section")
                    .put("text", plain(String.join("\n", wording.facts(message)), SECTION)));
    wording.link(message).ifPresent(link -> blocks.add(button(link)));
    // The notification's text is markup: these three are what Slack reads in it.
    String escaped = title.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    return new JsonObject().put("text", escaped).put("blocks", blocks);
  }

  private static JsonObject button(URI link) {
    JsonObject open =
        new JsonObject()
            .put("type", "button")
            .put("text", plain("Open in Mayfly", HEADER))
            .put("url", link.toString());
    return new JsonObject().put("type", "actions").put("elements", new JsonArray().add(open));
  }

  private static JsonObject plain(String text, int most) {
    return new JsonObject()
        .put("type", "plain_text")
        .put("text", text.length() <= most ? text : text.substring(0, most - 3) + "...")
        .put("emoji", false);
  }
}
