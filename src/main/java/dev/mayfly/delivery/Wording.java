package dev.mayfly.delivery;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A message in words for people: what happened, the facts, and where to look. The link carries no
 * authority: whoever opens it logs in.
 */
final class Wording {

  private static final int LONGEST = 500;

  private static final Map<String, String> TITLES =
      Map.ofEntries(
          Map.entry("grant.request", "Somebody asks for a role"),
          Map.entry("grant.break-glass", "Break-glass: a role was taken without approval"),
          Map.entry("grant.approve", "A request was approved"),
          Map.entry("grant.activate", "A role is in use"),
          Map.entry("grant.deny", "A request was denied"),
          Map.entry("grant.cancel", "A request was cancelled"),
          Map.entry("grant.lapse", "A request or approval ran out unused"),
          Map.entry("grant.expire", "A role has ended"),
          Map.entry("grant.release", "A role was given back"),
          Map.entry("grant.revoke", "A role was taken back"),
          Map.entry("grant.schedule", "A role will begin later"),
          Map.entry("grant.escalate", "Nobody has decided in time: others may now"),
          Map.entry("grant.ending", "A role ends soon"),
          Map.entry("revocation", "Something was revoked"),
          Map.entry("credential.mint", "A credential was minted"));

  private static final String ASKER = "requested_by";

  private static final List<String> FACTS =
      List.of(
          "role",
          "identity",
          "acts_for",
          ASKER,
          "reason",
          "task",
          "ticket",
          "target",
          "inputs",
          "scopes",
          "audiences",
          "actor",
          "cause",
          "state",
          "expires_at",
          "review_by",
          "asked",
          "grant");

  private final String issuer;

  Wording(String issuer) {
    this.issuer = issuer;
  }

  /** One line, without line breaks: it may become a header. */
  String title(Message message) {
    String title = TITLES.getOrDefault(message.topic(), message.topic());
    return oneLine(message.fact("role").map(role -> title + ": " + role).orElse(title));
  }

  /** One line for each fact. */
  List<String> facts(Message message) {
    return Stream.concat(
            FACTS.stream()
                .filter(name -> !name.equals(ASKER) || askedBySomebodyElse(message))
                .flatMap(name -> message.fact(name).map(fact -> said(name, fact)).stream()),
            Stream.of("at: " + message.at()))
        .map(Wording::oneLine)
        .toList();
  }

  /** Who asks for themselves is named already; an agent's request is its person's. */
  private static boolean askedBySomebodyElse(Message message) {
    Optional<String> asker = message.fact(ASKER);
    return !asker.equals(message.fact("identity")) && !asker.equals(message.fact("acts_for"));
  }

  private static String said(String name, String fact) {
    return name.replace('_', ' ') + ": " + fact;
  }

  /** The page of the grant that the message is about. */
  Optional<URI> link(Message message) {
    return message.fact("grant").map(grant -> URI.create(issuer + "/grants/" + grant));
  }

  private static String oneLine(String text) {
    String line = text.replaceAll("[\\p{Cntrl}\\u2028\\u2029]+", " ");
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "...";
  }
}
