package dev.mayfly.http.grants;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.grant.Approvals;
import dev.mayfly.grant.Grant;
import dev.mayfly.grant.GrantQueries;
import dev.mayfly.http.Answers;
import dev.mayfly.http.Ask;
import dev.mayfly.http.Caller;
import dev.mayfly.store.GrantId;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What every call on one grant has in common: who, which grant, what is said, and the answer. */
@ApplicationScoped
class Acts {

  private final People people;
  private final GrantQueries grants;
  private final VisibleGrants visible;
  private final Answers answers;

  Acts(People people, GrantQueries grants, VisibleGrants visible, Answers answers) {
    this.people = people;
    this.grants = grants;
    this.visible = visible;
    this.answers = answers;
  }

  /** What somebody says to one grant. */
  record Said(String reason, Optional<Duration> duration) {
    static Outcome<Said> parse(byte @Nullable [] json) {
      return Body.parse(json)
          .then(
              body ->
                  body.done(new Said(body.text("reason").orElse(""), body.duration("duration"))));
    }
  }

  /** One thing that a person does to a grant. */
  interface Act<T> {
    Uni<Outcome<T>> on(GrantId grant, People.Who who, Said said);
  }

  /** Answers with the grant as it stands afterwards. */
  Uni<Response> answer(
      String id, byte @Nullable [] body, Caller caller, String scope, Act<Grant> act) {
    return answers.ok(
        done(id, body, caller, scope, act).chain(done -> done.thenUni(this::present)),
        Function.identity());
  }

  /** As above, and whether the same was said before. */
  Uni<Response> decided(
      String id, byte @Nullable [] body, Caller caller, Act<Approvals.Decided> act) {
    return answers.ok(
        done(id, body, caller, Caller.APPROVE, act)
            .chain(
                done ->
                    done.thenUni(
                        word ->
                            present(word.grant())
                                .map(
                                    found ->
                                        found.then(
                                            view ->
                                                Outcome.ok(
                                                    new GrantWire.Decided(
                                                        view, word.repeated())))))),
        Function.identity());
  }

  private <T> Uni<Outcome<T>> done(
      String id, byte @Nullable [] body, Caller caller, String scope, Act<T> act) {
    return Said.parse(body)
        .thenUni(
            said ->
                Ask.thing(id, GrantId::of)
                    .thenUni(
                        grant ->
                            people
                                .who(caller, scope)
                                .chain(found -> found.thenUni(who -> act.on(grant, who, said)))))
        .chain(
            outcome ->
                switch (outcome) {
                  case Outcome.Refused<T>(Refusal refusal) -> visible.refused(id, caller, refusal);
                  case Outcome.Ok<T> ok -> Uni.createFrom().item(outcome);
                });
  }

  private Uni<Outcome<GrantWire.GrantView>> present(Grant grant) {
    return grants
        .one(grant.id())
        .map(Ask::found)
        .map(found -> found.then(one -> Outcome.ok(GrantWire.GrantView.of(one))));
  }

  static Uni<Outcome<Grant>> malformed(String say) {
    return Uni.createFrom()
        .item(Outcome.refused(new Refusal.Malformed("malformed-parameter", say)));
  }
}
