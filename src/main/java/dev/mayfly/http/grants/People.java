package dev.mayfly.http.grants;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.grant.Person;
import dev.mayfly.grant.Sessions;
import dev.mayfly.http.Caller;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.PolicyBook;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;

/** Which person a caller is, beside the policy they are judged by. */
@ApplicationScoped
class People {

  private final Sessions sessions;
  private final PolicyBook book;

  People(Sessions sessions, PolicyBook book) {
    this.sessions = sessions;
    this.book = book;
  }

  /** A logged-in person and the version that decides about them. */
  record Who(Person person, CompiledPolicy policy) {}

  /** Refused for a caller that is no person: a workload's key asks for nothing here (rule 9). */
  Uni<Outcome<Who>> who(Caller caller) {
    CompiledPolicy policy = book.current();
    return sessions
        .person(caller.grant(), policy)
        .map(
            found ->
                switch (found) {
                  case Outcome.Ok<Person>(Person person) -> Outcome.ok(new Who(person, policy));
                  case Outcome.Refused<Person> refused ->
                      Outcome.refused(
                          new Refusal.Forbidden(
                              "not-logged-in", "this is for people who are logged in"));
                });
  }

  /** As above, for who has this scope. */
  Uni<Outcome<Who>> who(Caller caller, String scope) {
    return caller.needs(scope).thenUni(this::who);
  }

  /** Somebody else, by their SPIFFE ID, as their provider last described them. */
  Uni<Outcome<Person>> named(String name, CompiledPolicy policy) {
    return sessions.known(name, policy);
  }
}
