package dev.mayfly.policy;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.policy.Rights.Line;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Who may have what: the one path from a subject and what it asks to what it gets. Every step can
 * only narrow.
 */
final class Decision {

  private final Ceilings ceilings;
  private final Rights rights;

  Decision(Ceilings ceilings, Rights rights) {
    this.ceilings = ceilings;
    this.rights = rights;
  }

  Outcome<Allowed> of(Subject subject, Ask ask, Instant now) {
    if (!now.isBefore(rights.reviewEnd(subject))) {
      return refuse("review-overdue", "the review of " + subject.entry().id() + " is overdue");
    }
    for (String resource : ask.resources()) {
      if (ask.form() == Form.TOKEN && !isResource(resource)) {
        return Outcome.refused(
            new Refusal.BadTarget(
                "resource-malformed", "a resource is no absolute URI without fragment"));
      }
    }
    Map<String, Line> lines = rights.of(subject.entry().id());
    return choose(lines, subject, ask, now).then(line -> narrow(line, subject, ask, now));
  }

  private static Outcome<Line> choose(
      Map<String, Line> lines, Subject subject, Ask ask, Instant now) {
    return ask.role().isPresent()
        ? named(lines.get(ask.role().get()), subject, now)
        : inferred(lines, subject, ask, now);
  }

  /**
   * A role that does not exist and one that the subject may not have look alike. An eligible line
   * is found too: whether an approved request covers it is the grant's to say (rule 1).
   */
  private static Outcome<Line> named(@Nullable Line line, Subject subject, Instant now) {
    String who = subject.entry().id();
    if (line == null || !line.covers(subject)) {
      return refuse("role-not-entitled", who + " asks for a role it is not entitled to");
    }
    String role = line.role().id();
    if (!line.fitsEnvironment(subject)) {
      return refuse("environment-not-allowed", role + " is not for the environment of " + who);
    }
    if (!now.isBefore(line.entitlement().until())) {
      return refuse("entitlement-ended", "the entitlement of " + who + " to " + role + " ended");
    }
    return Outcome.ok(line);
  }

  /**
   * The one entitled role that serves every resource and holds every scope asked for; where no role
   * holds every scope, the one that holds some.
   */
  private static Outcome<Line> inferred(
      Map<String, Line> lines, Subject subject, Ask ask, Instant now) {
    List<Line> usable =
        lines.values().stream()
            .filter(line -> line.entitlement().type() == Entitlement.Type.STANDING)
            .filter(line -> line.usable(subject, now))
            .filter(line -> gives(line, ask.form()))
            .toList();
    if (usable.isEmpty()) {
      return refuse("role-not-entitled", subject.entry().id() + " has no standing entitlement");
    }
    List<Line> serving = usable.stream().filter(line -> line.servesAll(ask.resources())).toList();
    if (serving.isEmpty()) {
      return Outcome.refused(unknownResource(subject));
    }
    List<Line> whole =
        serving.stream().filter(line -> line.scopes().containsAll(ask.scopes())).toList();
    List<Line> fitting = whole.isEmpty() ? someScope(serving, ask) : whole;
    return switch (fitting.size()) {
      case 0 -> Outcome.refused(noScope(subject));
      case 1 -> Outcome.ok(fitting.getFirst());
      default ->
          Outcome.refused(
              new Refusal.Malformed(
                  "role-ambiguous", "more than one role fits: name one with the role parameter"));
    };
  }

  private static boolean gives(Line line, Form form) {
    return form == Form.TOKEN ? !line.role().audiences().isEmpty() : form.isAmong(line.scopes());
  }

  private static List<Line> someScope(List<Line> lines, Ask ask) {
    return lines.stream()
        .filter(line -> ask.scopes().stream().anyMatch(line.scopes()::contains))
        .toList();
  }

  private Outcome<Allowed> narrow(Line line, Subject subject, Ask ask, Instant now) {
    Outcome<Allowed> allowed =
        switch (ask.form()) {
          case TOKEN -> token(line, subject, ask);
          case X509, SSH -> certificate(line, subject, ask);
        };
    return allowed.then(
        may ->
            line.condition().isEmpty()
                ? Outcome.ok(may)
                : ifMet(line.condition().get(), may, subject, now));
  }

  private Outcome<Allowed> token(Line line, Subject subject, Ask ask) {
    Set<String> scopes = new TreeSet<>(line.scopes());
    scopes.retainAll(line.role().scopes()); // those that stand for certificates are in no token
    if (!ask.scopes().isEmpty()) {
      scopes.retainAll(ask.scopes());
    }
    if (scopes.isEmpty()) {
      return Outcome.refused(noScope(subject));
    }
    if (!line.servesAll(ask.resources()) || line.audiences().isEmpty()) {
      return Outcome.refused(unknownResource(subject));
    }
    Set<String> audiences =
        new TreeSet<>(ask.resources().isEmpty() ? line.audiences() : ask.resources());
    return ttl(ask, line.role().ttl(), ceilings.jwt())
        .then(ttl -> Outcome.ok(allowed(line, subject, audiences, scopes, ttl)));
  }

  /** Names come from the policy and from who asks; what is asked for can only be fewer of them. */
  private Outcome<Allowed> certificate(Line line, Subject subject, Ask ask) {
    Form form = ask.form();
    if (!form.isAmong(line.scopes()) || !(ask.scopes().isEmpty() || form.isAmong(ask.scopes()))) {
      return Outcome.refused(noScope(subject));
    }
    Role role = line.role();
    Optional<Set<String>> names =
        form == Form.X509
            ? role.x509().flatMap(rules -> rules.namesFor(subject))
            : role.ssh().flatMap(rules -> rules.principalsFor(subject));
    if (names.isEmpty() || names.get().isEmpty()) {
      return refuse(
          "name-not-available", subject.name() + " lacks a claim that a name of it is made of");
    }
    if (!names.get().containsAll(ask.resources())) {
      return Outcome.refused(
          new Refusal.BadTarget(
              "name-not-allowed",
              subject.entry().id() + " asks for a name that " + role.id() + " does not give"));
    }
    Set<String> given = new TreeSet<>(ask.resources().isEmpty() ? names.get() : ask.resources());
    String profile =
        form == Form.X509
            ? role.x509().orElseThrow().profile().word()
            : role.ssh().orElseThrow().type().word();
    Duration longest =
        form == Form.X509 ? role.x509().orElseThrow().ttl() : role.ssh().orElseThrow().ttl();
    return ttl(ask, longest, form == Form.X509 ? ceilings.x509() : ceilings.ssh())
        .then(ttl -> Outcome.ok(allowed(line, subject, given, Set.of(profile), ttl)));
  }

  private static Outcome<Duration> ttl(Ask ask, Duration role, Duration ceiling) {
    Duration longest = shortest(role, ceiling);
    if (ask.ttl().isEmpty()) {
      return Outcome.ok(longest);
    }
    return ask.ttl().get().isPositive()
        ? Outcome.ok(shortest(longest, ask.ttl().get()))
        : Outcome.refused(new Refusal.Malformed("ttl-malformed", "ttl must be positive"));
  }

  private Allowed allowed(
      Line line, Subject subject, Set<String> audiences, Set<String> scopes, Duration ttl) {
    return new Allowed(
        line.role(),
        line.entitlement(),
        audiences,
        scopes,
        ttl,
        shortest(line.role().grant(), ceilings.grant()),
        rights.authorityEnd(line, subject));
  }

  private static Outcome<Allowed> ifMet(
      Condition condition, Allowed allowed, Subject subject, Instant now) {
    String place = "the condition of role " + allowed.role().id();
    Map<String, Object> variables = Rights.variables(subject, now);
    variables.put("request.role", allowed.role().id());
    variables.put("request.scopes", allowed.scopes());
    variables.put("request.resources", allowed.audiences());
    return switch (condition.judge(variables)) {
      case Condition.Verdict.Met() -> Outcome.ok(allowed);
      case Condition.Verdict.NotMet() -> refuse("condition-not-met", place + " does not hold");
      case Condition.Verdict.Failed(String why) ->
          refuse("condition-error", place + " failed: " + why);
    };
  }

  /** RFC 8707 2: an absolute URI without a fragment. */
  static boolean isResource(String text) {
    try {
      URI uri = new URI(text);
      return uri.isAbsolute() && uri.getRawFragment() == null;
    } catch (URISyntaxException e) {
      return false;
    }
  }

  private static Duration shortest(Duration one, Duration other) {
    return one.compareTo(other) <= 0 ? one : other;
  }

  private static Refusal unknownResource(Subject subject) {
    return new Refusal.BadTarget(
        "resource-not-available", subject.entry().id() + " asks for a resource outside its roles");
  }

  private static Refusal noScope(Subject subject) {
    return new Refusal.BadScope(
        "scope-not-available", subject.entry().id() + " asks only for scopes outside its roles");
  }

  private static <T> Outcome<T> refuse(String code, String why) {
    return Outcome.refused(new Refusal.Denied(code, why));
  }
}
