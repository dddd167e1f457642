package dev.mayfly.delivery;

import dev.mayfly.delivery.DeliveryConfig.Kind;
import dev.mayfly.outbound.Destinations;
import dev.mayfly.outbound.Post;
import dev.mayfly.outbound.SecretFile;
import dev.mayfly.outbound.WebhookSecret;
import io.vertx.ext.mail.LoginOption;
import io.vertx.ext.mail.MailConfig;
import io.vertx.ext.mail.StartTLSOptions;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.ext.mail.MailClient;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * Makes the channels that are configured, and refuses the start with one sentence when one of them
 * could not work or would not be safe.
 */
final class Routes {

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9-]{1,64}");
  private static final Pattern TOPICS = Pattern.compile("[a-z.-]*\\*?");
  private static final String SMTPS = "smtps";

  /** RFC 6409 and RFC 8314: submission, with STARTTLS and with TLS from the start. */
  private static final int SUBMISSION = 587;

  private static final int SUBMISSIONS = 465;

  private final DeliveryConfig config;
  private final Vertx vertx;
  private final InstantSource clock;
  private final Post post;
  private final Wording wording;

  Routes(DeliveryConfig config, Vertx vertx, InstantSource clock, String issuer) {
    this.config = config;
    this.vertx = vertx;
    this.clock = clock;
    this.post = new Post(vertx, config.timeout(), config.atOnce());
    this.wording = new Wording(issuer);
  }

  List<Route> all() {
    return config.channels().entrySet().stream().map(this::route).toList();
  }

  private Route route(Map.Entry<String, DeliveryConfig.Channel> entry) {
    String name = entry.getKey();
    DeliveryConfig.Channel channel = entry.getValue();
    check(NAME.matcher(name).matches(), name, "name: letters, digits and hyphens only");
    return new Route(name, topics(name, channel), channel(name, channel));
  }

  private Channel channel(String name, DeliveryConfig.Channel channel) {
    return switch (channel.kind()) {
      case WEBHOOK -> webhook(name, channel);
      case SLACK -> slack(name, channel);
      case MAIL -> mail(name, channel);
    };
  }

  /** As LIKE has them: no topic holds what is special there. */
  private static List<String> topics(String name, DeliveryConfig.Channel channel) {
    List<String> usual = List.of(channel.kind() == Kind.WEBHOOK ? "*" : "grant.*");
    List<String> topics = channel.topics().orElse(usual);
    topics.forEach(
        topic -> check(TOPICS.matcher(topic).matches(), name, "topics: not a topic: " + topic));
    return topics.stream().map(topic -> topic.replace('*', '%')).toList();
  }

  private Channel webhook(String name, DeliveryConfig.Channel channel) {
    URI uri = web(name, channel, required(name, "url", channel.url()));
    List<WebhookSecret> secrets =
        SecretFile.lines(required(name, "secret-file", channel.secretFile())).stream()
            .map(WebhookSecret::of)
            .toList();
    return new WebhookChannel(post, clock, uri, channel.privateAddresses(), secrets);
  }

  private Channel slack(String name, DeliveryConfig.Channel channel) {
    URI uri =
        channel
            .secretFile()
            .map(file -> secretUri(name, file))
            .orElseGet(() -> required(name, "secret-file (or url)", channel.url()));
    return new SlackChannel(post, wording, web(name, channel, uri), channel.privateAddresses());
  }

  /** An exception of the parser would quote the secret. */
  private static URI secretUri(String name, Path file) {
    try {
      return URI.create(SecretFile.lines(file).getFirst());
    } catch (IllegalArgumentException e) {
      if (e.getCause() instanceof java.net.URISyntaxException) {
        throw new IllegalArgumentException(setting(name, "secret-file must hold one URL"));
      }
      throw e;
    }
  }

  private static URI web(String name, DeliveryConfig.Channel channel, URI uri) {
    check(Destinations.isProtected(uri), name, "url must be https, or http on loopback");
    check(
        channel.privateAddresses() || !Destinations.isHere(uri),
        name,
        "url leads to this machine: set private-addresses if that is meant");
    return uri;
  }

  private Channel mail(String name, DeliveryConfig.Channel channel) {
    URI uri = required(name, "url", channel.url());
    check(
        uri.getHost() != null
            && uri.getUserInfo() == null
            && ("smtp".equals(uri.getScheme()) || SMTPS.equals(uri.getScheme())),
        name,
        "url must be smtp://host:port or smtps://host:port");
    MailClient client = MailClient.create(vertx, server(uri, channel));
    return new MailChannel(
        client,
        wording,
        required(name, "from", channel.from()),
        required(name, "to", channel.to()));
  }

  /**
   * Without the limit of idleness a server that falls silent would keep its connection for ever.
   */
  private MailConfig server(URI uri, DeliveryConfig.Channel channel) {
    boolean tls = SMTPS.equals(uri.getScheme());
    int usual = tls ? SUBMISSIONS : SUBMISSION;
    MailConfig server =
        new MailConfig()
            .setHostname(uri.getHost())
            .setPort(uri.getPort() < 0 ? usual : uri.getPort())
            .setSsl(tls)
            .setStarttls(
                tls || Destinations.isHere(uri)
                    ? StartTLSOptions.OPTIONAL
                    : StartTLSOptions.REQUIRED)
            .setMaxPoolSize(config.atOnce())
            .setConnectTimeout(Math.toIntExact(config.timeout().toMillis()))
            .setIdleTimeout(Math.toIntExact(config.timeout().toMillis()))
            .setIdleTimeoutUnit(TimeUnit.MILLISECONDS);
    server.setHostnameVerificationAlgorithm("HTTPS");
    channel.username().ifPresent(name -> server.setLogin(LoginOption.REQUIRED).setUsername(name));
    channel.secretFile().ifPresent(file -> server.setPassword(SecretFile.lines(file).getFirst()));
    return server;
  }

  private static <T> T required(String name, String what, java.util.Optional<T> value) {
    return value.orElseThrow(
        () -> new IllegalArgumentException(setting(name, what + " is required")));
  }

  private static void check(boolean holds, String name, String sentence) {
    if (!holds) {
      throw new IllegalArgumentException(setting(name, sentence));
    }
  }

  private static String setting(String name, String sentence) {
    return "mayfly.delivery.channels." + name + ": " + sentence;
  }
}
