package dev.mayfly.cli;

import dev.mayfly.cli.broker.Json;
import dev.mayfly.cli.screen.Screen;
import dev.mayfly.cli.screen.States;
import dev.mayfly.cli.screen.Times;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** One grant as its person sees it: where it stands, and what can be done next. */
final class GrantView {

  private static final Set<String> UNDECIDED = Set.of("REQUESTED");
  private static final Set<String> OVER =
      Set.of("DENIED", "CANCELLED", "LAPSED", "EXPIRED", "RELEASED", "REVOKED");

  private GrantView() {}

  static boolean isUndecided(Json grant) {
    return UNDECIDED.contains(grant.show("state"));
  }

  static boolean isOver(Json grant) {
    return OVER.contains(grant.show("state"));
  }

  static boolean is(Json grant, String state) {
    return grant.show("state").equals(state);
  }

  /** Who holds it: an agent together with whom it acts for, a person with who asked for them. */
  static String who(Json grant) {
    String holder = grant.show("identity");
    return grant
        .text("acts_for")
        .map(person -> holder + " for " + person)
        .or(() -> askedBySomebodyElse(grant).map(asker -> holder + " asked by " + asker))
        .orElse(holder);
  }

  private static Optional<String> askedBySomebodyElse(Json grant) {
    return grant.text("requested_by").filter(asker -> !asker.equals(grant.show("identity")));
  }

  /** A duration of the API (ISO 8601) as people say it. */
  static String span(Json json, String member) {
    try {
      return json.text(member).map(Duration::parse).map(Times::span).orElse("");
    } catch (DateTimeParseException e) {
      return json.show(member);
    }
  }

  /** One line for the result, and one for what comes next. */
  static void print(Screen screen, Json grant, Instant now) {
    String id = Screen.plain(grant.show("id"));
    String state = Screen.plain(grant.show("state"));
    screen.print(
        States.paint(screen, state)
            + "  "
            + Screen.plain(grant.show("role"))
            + "  "
            + Screen.plain(about(grant, now) + parties(grant))
            + screen.dim("  " + id));
    String next = next(state, id, grant);
    if (!next.isEmpty()) {
      screen.note("        " + next);
    }
  }

  /** Where two people are in it, which is whose. */
  private static String parties(Json grant) {
    boolean two = grant.text("acts_for").isEmpty() && askedBySomebodyElse(grant).isPresent();
    return two ? "  " + who(grant) : "";
  }

  private static String about(Json grant, Instant now) {
    return switch (grant.show("state")) {
      case "REQUESTED" -> "waits for a decision" + until(", lapses ", grant, "waits_until", now);
      case "APPROVED" -> "approved" + until(", lapses ", grant, "waits_until", now);
      case "SCHEDULED" -> "begins by itself" + until(" ", grant, "starts_at", now);
      case "ACTIVE" -> "live" + until(", ends ", grant, "expires_at", now);
      default -> grant.text("cause").orElse("over");
    };
  }

  private static String until(String word, Json grant, String member, Instant now) {
    return grant.instant(member).map(at -> word + Times.relative(at, now)).orElse("");
  }

  private static String next(String state, String id, Json grant) {
    return switch (state) {
      case "REQUESTED" -> "how it stands: mayfly grants show " + id;
      case "APPROVED" ->
          parties(grant).isEmpty()
              ? "begin with it: mayfly activate " + id
              : "its holder begins it: mayfly activate " + id;
      case "ACTIVE" -> use(id, grant);
      default -> "";
    };
  }

  private static String use(String id, Json grant) {
    String role = Screen.plain(grant.show("role"));
    return grant.text("task").isPresent()
        ? "the agent uses it: mayfly token -k ITS-KEY --role " + role + " --grant " + id
        : "use it: " + command(role, grant.texts("scopes"));
  }

  /** What the role gives stands in the grant's scopes; the narrowest use is named. */
  private static String command(String role, List<String> scopes) {
    if (scopes.contains("cert:ssh")) {
      return "mayfly ssh --role " + role + " USER@HOST";
    }
    boolean nothingElse = scopes.stream().allMatch("cert:x509"::equals);
    return nothingElse && !scopes.isEmpty()
        ? "mayfly certificate x509 --role " + role + " --out FOLDER"
        : "mayfly run --role " + role + " -- COMMAND";
  }
}
