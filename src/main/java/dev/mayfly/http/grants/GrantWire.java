package dev.mayfly.http.grants;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.mayfly.grant.Elevations;
import dev.mayfly.grant.Grant;
import dev.mayfly.grant.GrantQueries;
import dev.mayfly.grant.Inbox;
import dev.mayfly.grant.Narrowing;
import dev.mayfly.policy.ApprovalProgress;
import dev.mayfly.policy.ApprovalRule;
import dev.mayfly.policy.Assessment;
import dev.mayfly.policy.CheckResult;
import dev.mayfly.policy.Input;
import dev.mayfly.policy.Offer;
import dev.mayfly.policy.RequestRules;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.Page;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;

/** The JSON of {@code /v1/roles} and {@code /v1/grants}. What is absent is left out. */
final class GrantWire {

  private GrantWire() {}

  /** Durations are ISO 8601. */
  record Roles(List<OfferedRole> items) {}

  record OfferedRole(
      String role,
      String description,
      String owner,
      String risk,
      Duration shortest,
      Duration usual,
      Duration longest,
      String approval,
      boolean breakGlass,
      boolean extendable,
      List<String> audiences,
      List<String> scopes,
      List<Asked> inputs,
      Instant until) {
    static OfferedRole of(Offer offer) {
      RequestRules rules = offer.role().request().orElseThrow();
      return new OfferedRole(
          offer.role().id(),
          offer.role().description(),
          offer.role().owner(),
          offer.role().risk().name().toLowerCase(Locale.ROOT),
          rules.shortest(),
          rules.usual(),
          rules.longest(),
          offer.approval(),
          rules.breakGlass().isPresent(),
          rules.extendable(),
          List.copyOf(new TreeSet<>(offer.role().audiences())),
          List.copyOf(new TreeSet<>(offer.role().scopes())),
          rules.inputs().values().stream().map(Asked::of).toList(),
          offer.entitlement().until());
    }
  }

  /** An input that the role wants: {@code type} is string, integer, choice or boolean. */
  record Asked(
      String name,
      String type,
      String description,
      boolean optional,
      String should,
      Optional<String> pattern,
      Optional<Long> min,
      Optional<Long> max,
      Optional<List<String>> of) {
    static Asked of(Input input) {
      return switch (input) {
        case Input.Text text -> asked(text, "string", Optional.of(text.pattern()));
        case Input.Whole whole ->
            new Asked(
                whole.name(),
                "integer",
                whole.description(),
                whole.optional(),
                whole.should(),
                Optional.empty(),
                Optional.of(whole.min()),
                Optional.of(whole.max()),
                Optional.empty());
        case Input.Choice choice ->
            new Asked(
                choice.name(),
                "choice",
                choice.description(),
                choice.optional(),
                choice.should(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(choice.of()));
        case Input.Flag flag -> asked(flag, "boolean", Optional.empty());
      };
    }

    private static Asked asked(Input input, String type, Optional<String> pattern) {
      return new Asked(
          input.name(),
          type,
          input.description(),
          input.optional(),
          input.should(),
          pattern,
          Optional.empty(),
          Optional.empty(),
          Optional.empty());
    }
  }

  /** What would come of a request: nothing was written. */
  record DryRun(List<DryRunRole> items) {}

  record DryRunRole(
      String role,
      String outcome,
      Duration duration,
      List<Check> checks,
      List<String> approval,
      boolean freshLoginNeeded,
      Optional<String> toxic,
      boolean reviewOverdue,
      List<String> audiences,
      List<String> scopes) {
    static DryRunRole of(Elevations.Preview preview) {
      Assessment assessment = preview.assessment();
      return new DryRunRole(
          assessment.role().id(),
          outcome(preview),
          assessment.duration(),
          assessment.results().stream().map(Check::of).toList(),
          assessment.stages().stream().map(stage -> stage.rule().text()).toList(),
          assessment.freshLoginNeeded(),
          preview.toxic(),
          preview.reviewOverdue(),
          List.copyOf(assessment.audiences()),
          List.copyOf(assessment.scopes()));
    }

    private static String outcome(Elevations.Preview preview) {
      if (preview.refused()) {
        return "refused";
      }
      if (preview.assessment().freshLoginNeeded()) {
        return "login-needed";
      }
      return preview.atOnce() ? "approved" : "decision-needed";
    }
  }

  /** A condition: {@code result} is MET, NOT_MET or FAILED (it could not be evaluated). */
  record Check(String name, String result, String why) {
    static Check of(CheckResult result) {
      return new Check(result.name(), result.result().name(), result.why());
    }
  }

  /** One page of a listing; {@code next} goes into {@code after}. */
  record Listing(List<GrantView> items, Optional<String> next) {
    static Listing of(Page<GrantQueries.Listed> page) {
      return new Listing(page.items().stream().map(GrantView::of).toList(), page.next());
    }
  }

  record Requested(List<GrantView> items) {
    static Requested of(List<Grant> grants, String holder) {
      return new Requested(grants.stream().map(one -> GrantView.of(one, holder)).toList());
    }
  }

  /**
   * A grant of any kind; from {@code requestedBy} on, what only a requested one has.
   *
   * @param scopes what is asked for of the role's, as with {@code audiences}: who decides decides
   *     on these
   * @param parent of a terminal's session: the browser's that confirmed it
   */
  record GrantView(
      String id,
      String identityId,
      String identity,
      String role,
      String kind,
      String state,
      String reason,
      Instant requestedAt,
      Optional<String> decidedBy,
      Optional<Instant> activatedAt,
      Optional<Instant> expiresAt,
      Instant authorityEndsAt,
      Optional<Instant> endedAt,
      Optional<String> cause,
      long policyVersion,
      Optional<String> parent,
      Optional<String> requestedBy,
      Optional<Duration> duration,
      Optional<Instant> startsAt,
      Optional<Instant> waitsUntil,
      Optional<String> ticket,
      Optional<Map<String, Object>> inputs,
      Optional<List<String>> scopes,
      Optional<List<String>> audiences,
      Optional<String> target,
      Optional<Boolean> breakGlass,
      Optional<Instant> reviewBy,
      Optional<Instant> reviewedAt,
      Optional<String> reviewedBy,
      Optional<String> finding,
      Optional<String> bundle,
      Optional<String> extending,
      Optional<String> actsFor,
      Optional<String> task,
      Optional<String> partOf) {

    static GrantView of(GrantQueries.Listed listed) {
      return of(listed.grant(), listed.identityName());
    }

    static GrantView of(Grant grant, String holder) {
      Optional<Grant.Requested> asked = grant.requested();
      Optional<Grant.Reviewed> reviewed = asked.flatMap(Grant.Requested::reviewed);
      Optional<Narrowing> ask = asked.map(Grant.Requested::ask).map(Narrowing::of);
      return new GrantView(
          grant.id().toString(),
          grant.identity().toString(),
          holder,
          grant.role(),
          grant.kind().name(),
          grant.state().name(),
          grant.reason(),
          grant.requestedAt(),
          grant.decidedBy(),
          grant.activatedAt(),
          grant.expiresAt(),
          grant.authorityEndsAt(),
          grant.endedAt(),
          grant.cause(),
          grant.policyVersion(),
          grant.parent().map(GrantId::toString),
          asked.map(Grant.Requested::byName),
          asked.map(Grant.Requested::duration),
          asked.flatMap(Grant.Requested::startsAt),
          asked.flatMap(Grant.Requested::waitsUntil),
          ask.flatMap(Narrowing::ticket),
          ask.map(Narrowing::inputs).filter(inputs -> !inputs.isEmpty()),
          ask.map(one -> List.copyOf(new TreeSet<>(one.scopes()))).filter(less -> !less.isEmpty()),
          ask.map(Narrowing::audiences).filter(less -> !less.isEmpty()),
          ask.flatMap(Narrowing::target),
          asked.map(Grant.Requested::breakGlass).filter(Boolean::booleanValue),
          asked.flatMap(Grant.Requested::reviewBy),
          reviewed.map(Grant.Reviewed::at),
          reviewed.map(Grant.Reviewed::by),
          reviewed.map(Grant.Reviewed::finding),
          asked.flatMap(Grant.Requested::bundle).map(UUID::toString),
          asked.flatMap(Grant.Requested::extending).map(GrantId::toString),
          grant.acting().map(Grant.Acting::name),
          grant.acting().map(Grant.Acting::task),
          grant.acting().flatMap(Grant.Acting::partOf).map(GrantId::toString));
    }
  }

  /**
   * What came of a person's word on a request.
   *
   * @param repeated they had said it before: nothing was changed, and their reason not kept
   */
  record Decided(@JsonUnwrapped GrantView grant, boolean repeated) {}

  record Waiting(List<WaitingItem> items, Optional<String> next) {
    static Waiting of(Page<Inbox.Item> page) {
      return new Waiting(page.items().stream().map(WaitingItem::of).toList(), page.next());
    }
  }

  /** A request that waits for this person's word. */
  record WaitingItem(
      GrantView grant,
      int stage,
      List<String> open,
      List<String> counted,
      Optional<Instant> escalatesAt) {
    static WaitingItem of(Inbox.Item item) {
      ApprovalProgress progress = item.progress();
      return new WaitingItem(
          GrantView.of(item.grant(), item.holder()),
          progress.stage(),
          progress.open().stream().map(ApprovalRule::text).toList(),
          progress.counted(),
          progress.escalatesAt());
    }
  }

  record Reviews(List<ReviewItem> items) {}

  /** A break-glass whose review is open. */
  record ReviewItem(GrantView grant) {
    static ReviewItem of(Inbox.Due due) {
      return new ReviewItem(GrantView.of(due.grant(), due.holder()));
    }
  }
}
