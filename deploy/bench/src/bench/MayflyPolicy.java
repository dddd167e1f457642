package bench;

import java.time.LocalDate;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The policy of the benchmark: one role with one audience, and a workload for each client. */
final class MayflyPolicy {

  static final String TRUST_DOMAIN = "bench.example";
  static final String AUDIENCE = "https://api.bench.example";

  private MayflyPolicy() {}

  static String yaml(List<Client> clients) {
    return yaml(clients, new Client("spiffe://" + TRUST_DOMAIN + "/operator"));
  }

  static String yaml(List<Client> clients, Client operator) {
    LocalDate until = LocalDate.now().plusDays(180);
    return """
    schema: 1
    revision: 1
    trust-domain: %s
    ceilings: {jwt: 15m, grant: 12h, review: 365d, review-grace: 7d}
    bootstrap: {operator: operator}
    roles:
      caller:
        owner: bench
        description: Calls the service
        audiences: ["%s"]
        scopes: ["read", "write"]
        ttl: 5m
        grant: 8h
        environments: [bench]
        x509: {profile: svid, ttl: 15m}
        ssh: {type: user, principals: [bench], extensions: [permit-pty], ttl: 15m}
      operator:
        owner: bench
        description: Looks at everything
        audiences: [mayfly]
        scopes: ["mayfly:read", "mayfly:revoke"]
        ttl: 5m
        grant: 1h
        environments: [bench]
    identities:
    %s
    %s
    entitlements:
      - {role: operator, identity: operator, type: standing, until: %s}
    %s
    """
        .formatted(
            TRUST_DOMAIN,
            AUDIENCE,
            identity(operator, "operator", until),
            each(clients, (client, i) -> identity(client, workload(i), until)),
            until,
            each(clients, (client, i) -> entitlement(i, until)));
  }

  private interface Part {
    String of(Client client, int number);
  }

  private static String each(List<Client> clients, Part part) {
    return IntStream.range(0, clients.size())
        .mapToObj(i -> part.of(clients.get(i), i))
        .collect(Collectors.joining("\n"));
  }

  /** JSON is YAML: the key goes in as the JWK it is. */
  static String identity(Client client, String id, LocalDate until) {
    return """
    %s:
      kind: workload
      owner: bench
      environment: bench
      review: %s
      description: Asks for tokens
      client: {spiffe-id: "%s", algorithms: [ES256], keys: [%s]}\
    """
        .indent(2)
        .stripTrailing()
        .formatted(id, until, client.id(), client.publicJwk());
  }

  static String entitlement(int number, LocalDate until) {
    return "  - {role: caller, identity: %s, type: standing, until: %s}"
        .formatted(workload(number), until);
  }

  static String workload(int number) {
    return "workload-" + number;
  }
}
