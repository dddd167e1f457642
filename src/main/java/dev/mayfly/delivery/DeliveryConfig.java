package dev.mayfly.delivery;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Who is told of what, and how patiently. */
@ConfigMapping(prefix = "mayfly.delivery")
public interface DeliveryConfig {

  /** How often each node looks for messages to deliver. */
  @WithDefault("1s")
  Duration every();

  /** How long one try may take, from looking up the name to the answer. */
  @WithDefault("10s")
  Duration timeout();

  /** How many tries a delivery gets before it is DEAD. */
  @WithDefault("16")
  int tries();

  /** The pause after the first failed try; it doubles with each further one. */
  @WithDefault("5s")
  Duration backoff();

  /** The longest pause between two tries. */
  @WithDefault("1h")
  Duration backoffAtMost();

  /** A delivery whose message is older than this is DEAD, whatever it waited for. */
  @WithDefault("7d")
  Duration giveUp();

  /** How many messages a node sends through one channel at the same time. */
  @WithDefault("16")
  int atOnce();

  /** The channels by name: letters, digits, hyphens. */
  Map<String, Channel> channels();

  /** How a channel reaches somebody. */
  enum Kind {
    WEBHOOK,
    SLACK,
    MAIL
  }

  /** Where one channel leads. */
  interface Channel {

    /** {@code webhook}, {@code slack} or {@code mail}. */
    Kind kind();

    /**
     * Where to: {@code https://...}; for mail the server, {@code smtp://...} (STARTTLS is demanded)
     * or {@code smtps://...}. Without TLS only on loopback. For slack better in the secret file.
     */
    Optional<URI> url();

    /**
     * A file that only the broker's user may read. For a webhook the signing secrets, one {@code
     * whsec_...} a line; for slack the URL; for mail the password.
     */
    Optional<Path> secretFile();

    /**
     * Which topics, {@code *} at the end of one for all that begin so. When absent: all for a
     * webhook, {@code grant.*} for people.
     */
    Optional<List<String>> topics();

    /** Whether a webhook may lie on this machine or in a private network. */
    @WithDefault("false")
    boolean privateAddresses();

    /** The addresses that mail goes to. */
    Optional<List<String>> to();

    /** The address that mail comes from. */
    Optional<String> from();

    /** Who the mail server is told we are; with the secret file's password. */
    Optional<String> username();
  }
}
