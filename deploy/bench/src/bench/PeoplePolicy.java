package bench;

import java.time.LocalDate;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The policy of a company: its people, the roles they may request, and a few workloads. */
final class PeoplePolicy {

  private PeoplePolicy() {}

  /** By when everything in it is to be reviewed. */
  static LocalDate until() {
    return LocalDate.now().plusDays(180);
  }

  static String yaml(Company company, String provider, Client operator, List<Client> workloads) {
    LocalDate until = until();
    return """
    schema: 1
    revision: 1
    trust-domain: %s
    ceilings: {jwt: 15m, grant: 12h, review: 365d, review-grace: 7d}
    bootstrap: {operator: operator}
    trusts:
      staff:
        issuer: %s
        login: {client: mayfly, scopes: [openid], groups: groups, manager: manager, session: 10h}
    roles:
      caller:
        owner: bench
        description: Calls the service
        audiences: ["%s"]
        scopes: ["read", "write"]
        ttl: 5m
        grant: 8h
        environments: [bench]
      operator:
        owner: bench
        description: Looks at everything
        audiences: [mayfly]
        scopes: ["mayfly:read", "mayfly:revoke"]
        ttl: 15m
        grant: 1h
        environments: [bench]
      session:
        owner: bench
        description: What a login holds
        audiences: [mayfly]
        scopes: ["mayfly:request", "mayfly:approve"]
        ttl: 15m
        grant: 12h
        environments: [bench]
    %s
    identities:
      staff:
        kind: person
        owner: bench
        environment: bench
        review: %s
        description: Everybody who works here
        login:
          trust: staff
          condition: "'staff' in claims.groups"
          spiffe-id: spiffe://%s/staff/{claims.preferred_username}
          role: session
    %s
    %s
    entitlements:
      - {role: session, identity: staff, type: standing, until: %s}
      - {role: operator, identity: operator, type: standing, until: %s}
    %s
    %s
    """
        .formatted(
            Company.TRUST_DOMAIN,
            provider,
            MayflyPolicy.AUDIENCE,
            each(company.roles(), PeoplePolicy::role),
            until,
            Company.TRUST_DOMAIN,
            MayflyPolicy.identity(operator, "operator", until),
            each(
                workloads.size(),
                i -> MayflyPolicy.identity(workloads.get(i), MayflyPolicy.workload(i), until)),
            until,
            until,
            each(workloads.size(), i -> MayflyPolicy.entitlement(i, until)),
            each(company.roles(), i -> eligible(i, until)));
  }

  private interface Part {
    String of(int number);
  }

  private static String each(int count, Part part) {
    return IntStream.range(0, count).mapToObj(part::of).collect(Collectors.joining("\n"));
  }

  private static String role(int number) {
    int team = number / Company.ROLES_OF_TEAM;
    return """
    %s:
      owner: team-%d
      description: Mends what team %d runs, part %d
      audiences: ["https://part-%d.bench.example"]
      scopes: ["mend"]
      ttl: 5m
      grant: 4h
      environments: [bench]
      request:
        shortest: 5m
        usual: 30m
        longest: 4h
        %s\
    """
        .indent(2)
        .stripTrailing()
        .formatted(
            Company.role(number), team, team, number, number, rule(number, team).indent(6).strip());
  }

  /** Ten kinds of rule, as {@code people.sql} counts on. */
  private static String rule(int number, int team) {
    String approvers = "{group: approvers-%d}".formatted(team);
    return switch (number % 10) {
      case 0, 1, 2 ->
          "condition: \"'staff' in claims.groups && request.reason != ''\"\n"
              + "auto: request.duration <= duration('1h')\n"
              + stages(approvers);
      case 3 -> stages(approvers) + "no-reciprocal: 24h\n";
      case 4 -> stages(approvers) + "excludes: [%s]\n".formatted(Company.role(number - 1));
      case 5 -> stages("{owner: true}");
      case 6 -> stages("{all: [%s, {group: security}]}".formatted(approvers));
      case 7 -> stages(approvers) + "break-glass: {reviewers: [security], within: 2d}\n";
      case 8 -> stages(approvers, "{group: security}") + "independent: true\n";
      default -> stages("{manager: true}");
    };
  }

  private static String stages(String... rules) {
    return List.of(rules).stream()
        .map("  - rule: %s\n"::formatted)
        .collect(Collectors.joining("", "approval:\n", ""));
  }

  private static String eligible(int number, LocalDate until) {
    return "  - {role: %s, identity: staff, type: eligible, groups: [team-%d, platform], until: %s}"
        .formatted(Company.role(number), number / Company.ROLES_OF_TEAM, until);
  }
}
