package dev.mayfly.policy;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * One version of the policy, ready to decide: immutable, every condition compiled, every look-up a
 * hash away.
 */
public final class CompiledPolicy {

  private final Policy policy;
  private final Map<String, IdentityEntry> clients = new HashMap<>();
  private final Map<String, IdentityEntry> joining = new HashMap<>();
  private final Map<String, IdentityEntry> certified = new HashMap<>();
  private final Map<String, List<FederatedEntry>> federated = new HashMap<>();
  private final Map<String, List<LoginEntry>> logins = new HashMap<>();
  private final Map<String, Set<String>> excluded = new HashMap<>();
  private final Set<String> withChecks = new TreeSet<>();
  private final Rights rights;
  private final Decision decision;
  private final Elevation elevation;
  private final Agents agents;
  private final Deciders deciders;

  private CompiledPolicy(Policy policy, String issuer) {
    this.policy = policy;
    this.rights = new Rights(policy, issuer);
    this.decision = new Decision(policy.ceilings(), rights);
    this.elevation = new Elevation(policy.ceilings(), rights);
    for (IdentityEntry entry : new TreeMap<>(policy.identities()).values()) {
      switch (entry.proving()) {
        case Proving.PrivateKeyJwt client -> clients.put(client.spiffeId(), entry);
        case Proving.Join join -> joining.put(join.spiffeId(), entry);
        case Proving.Issued issued -> certified.put(issued.spiffeId(), entry);
        case Proving.SelfSigned own -> certified.put(own.spiffeId(), entry);
        case Proving.Federated proving -> addFederated(entry, proving);
        case Proving.Login proving -> addLogin(entry, proving);
      }
    }
    federated.replaceAll((trust, entries) -> List.copyOf(entries));
    logins.replaceAll((trust, entries) -> List.copyOf(entries));
    this.agents = new Agents(policy, names().fixed());
    this.deciders = new Deciders(policy);
    for (Role role : policy.roles().values()) {
      if (role.request().filter(rules -> !rules.checks().isEmpty()).isPresent()) {
        withChecks.add(role.id());
      }
      for (String other : role.request().map(RequestRules::excludes).orElse(Set.of())) {
        excluded.computeIfAbsent(role.id(), id -> new TreeSet<>()).add(other);
        excluded.computeIfAbsent(other, id -> new TreeSet<>()).add(role.id());
      }
    }
  }

  /**
   * Compiles a policy that lint found free of errors.
   *
   * @param issuer of this broker: takes the place of the audience {@value Role#BROKER}
   * @throws IllegalArgumentException when something in it does not compile
   */
  public static CompiledPolicy of(Policy policy, String issuer) {
    return new CompiledPolicy(policy, issuer);
  }

  /** The document it was made of. */
  public Policy policy() {
    return policy;
  }

  /** The document's revision. */
  public long version() {
    return policy.revision();
  }

  /** The entry of a client that signs its own assertions, by its client id. */
  public Optional<IdentityEntry> client(String spiffeId) {
    return Optional.ofNullable(clients.get(spiffeId));
  }

  /** The entry whose instances join by tokens that operators make, by its name. */
  public Optional<IdentityEntry> joining(String spiffeId) {
    return Optional.ofNullable(joining.get(spiffeId));
  }

  /** The entry that shows a certificate which is not Mayfly's, by its client id. */
  public Optional<IdentityEntry> certified(String spiffeId) {
    return Optional.ofNullable(certified.get(spiffeId));
  }

  /** The entries that JWTs of this issuer may prove; the issuer is compared byte for byte. */
  public List<FederatedEntry> federated(String issuer) {
    return federated.getOrDefault(issuer, List.of());
  }

  /** The role as it is minted: the audience {@value Role#BROKER} replaced by the issuer. */
  public Optional<Role> role(String id) {
    return rights.role(id);
  }

  /**
   * Whether this subject may have this, now; evaluated anew at every request. Where the entitlement
   * is eligible, the answer stands only under a grant that was requested and is active.
   */
  public Outcome<Allowed> decide(Subject subject, Ask ask, Instant now) {
    return decision.of(subject, ask, now);
  }

  /** The entries that a login at this trust may prove; exactly one must match. */
  public List<LoginEntry> logins(String trustId) {
    return logins.getOrDefault(trustId, List.of());
  }

  /** The roles that this person may request now; what they may not is not there. */
  public List<Offer> catalog(Subject person, Instant now) {
    return elevation.catalog(person, now);
  }

  /** Whether {@link #catalog} has this role. */
  public boolean offers(Subject person, String role, Instant now) {
    return elevation.offers(person, role, now);
  }

  /**
   * What the policy says to a request. Asked again at approval and at activation, with what is
   * known of the person then.
   *
   * @return {@code role-unknown} alike for a role that does not exist and one this person may not
   *     request; {@code Malformed} naming the field that is wrong
   */
  public Outcome<Assessment> assess(Elevated person, Wish wish, Instant now) {
    return elevation.assess(person, wish, now);
  }

  /** As {@link #assess}, where it does not matter whether conditions hold: only the role. */
  public Outcome<Role> mayAsk(Subject person, Wish wish, Instant now) {
    return elevation.mayAsk(person, wish, now);
  }

  /** The roles that nobody may hold beside this one, whichever of the two says so. */
  public Set<String> excluded(String role) {
    return Set.copyOf(excluded.getOrDefault(role, Set.of()));
  }

  /** The roles whose requests rest on outside facts. */
  public Set<String> withChecks() {
    return Collections.unmodifiableSet(withChecks);
  }

  /** The agent of this name, or of the entry with this id. */
  public Outcome<Agent> agent(String nameOrEntry) {
    return agents.find(nameOrEntry);
  }

  /** Whether an agent of this entry may act under this role, for whoever may have it. */
  public boolean mayAct(String agentEntry, String role) {
    return agents.mayAct(agentEntry, role);
  }

  /** For whom a request is decided: its holder and, where somebody else asked, that person. */
  public Requester requester(Subject holder, Optional<String> askedBy) {
    Optional<String> manager =
        holder.entry().proving() instanceof Proving.Login proving
            ? Optional.ofNullable(policy.logins().get(proving.trust()))
                .flatMap(Login::managerClaim)
                .flatMap(claim -> Approver.text(holder.attributes(), claim))
            : Optional.empty();
    return new Requester(
        holder.name(),
        askedBy,
        holder.entry().owner(),
        peers(holder.entry()),
        manager,
        Optional.empty());
  }

  private Set<String> peers(IdentityEntry entry) {
    return entry.proving() instanceof Proving.Login proving
        ? logins(proving.trust()).stream().map(one -> one.entry().id()).collect(Collectors.toSet())
        : Set.of();
  }

  /**
   * The roles whose rules name one of these groups, each with how many others must have approved
   * before anybody of them is asked.
   */
  public Map<String, Integer> decidedBy(Set<String> groups) {
    return deciders.of(groups);
  }

  /** The roles whose rules ask the managers of who requests them. */
  public Set<String> decidedByManagers() {
    return Collections.unmodifiableSet(deciders.managed());
  }

  /**
   * How far an approval has come; computed anew each time, from everybody's present groups.
   *
   * @param stages of the role, or of its assessment
   * @param approvals each person once, in the order given
   */
  public ApprovalProgress progress(
      List<Stage> stages,
      Role role,
      Requester requester,
      List<Approval> approvals,
      Instant requestedAt,
      Instant now) {
    return approvals(stages, role, requester, approvals, requestedAt, now).progress();
  }

  /**
   * Why this person's approval would not count now; empty when it would. Parameters as of {@link
   * #progress}.
   */
  public Optional<Refusal> objection(
      List<Stage> stages,
      Role role,
      Requester requester,
      List<Approval> approvals,
      Instant requestedAt,
      Approver candidate,
      Instant now) {
    return approvals(stages, role, requester, approvals, requestedAt, now).objection(candidate);
  }

  /** {@link #progress}, where {@link #objection} would be empty. */
  public Optional<ApprovalProgress> open(
      List<Stage> stages,
      Role role,
      Requester requester,
      List<Approval> approvals,
      Instant requestedAt,
      Approver candidate,
      Instant now) {
    return approvals(stages, role, requester, approvals, requestedAt, now).openTo(candidate);
  }

  private Approvals approvals(
      List<Stage> stages,
      Role role,
      Requester requester,
      List<Approval> approvals,
      Instant since,
      Instant now) {
    return new Approvals(
        new Approvals.Question(new People(now), stages, role, requester, since, now), approvals);
  }

  /** What this policy says of people at one moment. */
  private final class People implements Approvals.Who {
    private final Instant now;

    People(Instant now) {
      this.now = now;
    }

    @Override
    public boolean isPerson(Approver approver) {
      IdentityEntry entry = policy.identities().get(approver.entry());
      return entry != null && entry.kind() == IdentityEntry.Kind.PERSON;
    }

    @Override
    public boolean couldHave(Approver approver, Role role) {
      Rights.Line line = rights.of(approver.entry()).get(role.id());
      return line != null
          && now.isBefore(line.entitlement().until())
          && line.entitlement().covers(approver.groups());
    }
  }

  private void addLogin(IdentityEntry entry, Proving.Login proving) {
    Login login = policy.logins().get(proving.trust());
    Role role = rights.role(proving.role()).orElse(null);
    if (login == null || role == null) {
      throw new IllegalArgumentException(entry.id() + " names no login or no role of this policy");
    }
    logins
        .computeIfAbsent(login.id(), id -> new ArrayList<>())
        .add(
            new LoginEntry(
                login,
                entry,
                compile(
                    "identities." + entry.id(), proving.conditionSource(), Condition.Scope.PROOF),
                template(entry, proving.spiffeTemplate()),
                role));
  }

  private void addFederated(IdentityEntry entry, Proving.Federated proving) {
    Trust trust = policy.trusts().get(proving.trust());
    if (trust == null) {
      throw new IllegalArgumentException(entry.id() + " names no trust of this policy");
    }
    Condition condition =
        compile("identities." + entry.id(), proving.conditionSource(), Condition.Scope.PROOF);
    federated
        .computeIfAbsent(trust.issuer(), issuer -> new ArrayList<>())
        .add(
            new FederatedEntry(trust, entry, condition, template(entry, proving.spiffeTemplate())));
  }

  private SpiffeTemplate template(IdentityEntry entry, String text) {
    return SpiffeTemplate.parse(text, policy.trustDomain())
        .orElseThrow(
            () -> new IllegalArgumentException(entry.id() + " has no valid SPIFFE template"));
  }

  /** The entries of this version by the names they can come to have. */
  Names names() {
    Map<String, IdentityEntry> fixed = new HashMap<>(clients);
    fixed.putAll(joining);
    fixed.putAll(certified);
    for (List<FederatedEntry> entries : federated.values()) {
      for (FederatedEntry one : entries) {
        PossibleNames.of(one.template(), PinnedClaims.of(one.condition()))
            .forEach(name -> fixed.put(name, one.entry()));
      }
    }
    return new Names(fixed, logins.values().stream().flatMap(List::stream).toList());
  }

  static Condition compile(String place, String source, Condition.Scope scope) {
    return switch (Condition.compile(source, scope)) {
      case Condition.Compiled.Ok(Condition condition) -> condition;
      case Condition.Compiled.Wrong(int line, int column, String message) ->
          throw new IllegalArgumentException(
              "the condition of %s, line %d: %s".formatted(place, line, message));
    };
  }
}
