package dev.mayfly.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the examples of {@code docs/policy.md} leave out of people and requests. */
class ElevationLintTest {

  private static final String SECOND =
      "identities: {seconds: {kind: person, owner: o, environment: prod, review: 2027-01-01, login: {trust: %s, condition: \"%s\", spiffe-id: 'spiffe://shop.example/%s', role: mayfly-engineer}}}";

  @ParameterizedTest
  @CsvSource(
      delimiterString = " | ",
      value = {
        "open-subject | identities: {engineers: {login: {condition: 'true'}}}",
        "open-subject | identities: {engineers: {login: {condition: \"!('auditors' in claims.groups)\"}}}",
        "open-subject | identities: {engineers: {login: {condition: \"'a' in claims.groups || claims.email.endsWith('@shop.example')\"}}}",
        "open-subject | identities: {engineers: {login: {condition: \"'a' in claims.teams\"}}}",
        "open-subject | identities: {engineers: {login: {spiffe-id: 'spiffe://shop.example/staff/{claims.nickname}'}}}",
        "open-subject | identities: {engineers: {login: {spiffe-id: 'spiffe://shop.example/staff/everybody'}}}",
        "duplicate-spiffe-id | identities: {engineers: {login: {spiffe-id: 'spiffe://shop.example/people/{claims.preferred_username}'}}}",
        "duplicate-spiffe-id | identities: {engineers: {login: {spiffe-id: 'spiffe://shop.example/ci/{claims.sub}'}}}",
        "outside-trust-domain | identities: {engineers: {login: {spiffe-id: 'spiffe://other.example/staff/{claims.sub}'}}}",
        "broken-condition | identities: {engineers: {login: {condition: \"request.role == 'x'\"}}}",
        "unknown-trust | identities: {engineers: {login: {trust: github}}}",
        "unknown-trust | identities: {pipeline: {federated: {trust: staff}}}",
        "session-role | identities: {engineers: {login: {role: nothing}}}",
        "session-role | identities: {engineers: {login: {role: mayfly-operator}}}",
        "session-role | entitlements: [{role: mayfly-engineer, identity: engineers, type: standing, until: 2027-01-01, groups: [sre]}]",
        "insecure-uri | trusts: {staff: {issuer: 'http://sso.shop.example'}}",
        "insecure-uri | roles: {orders-admin: {request: {checks: [{name: on_call, url: 'http://oncall.example', timeout: 1s}]}}}",
        "request-bounds | roles: {orders-admin: {request: {checks: [{name: on_call, url: 'https://oncall.example', timeout: 6s}]}}}",
        "request-bounds | roles: {orders-admin: {request: {shortest: 31m}}}",
        "unknown-role | roles: {orders-admin: {request: {excludes: [orders-admin]}}}",
        "bad-input | roles: {orders-admin: {request: {inputs: {order: {pattern: '('}}}}}",
        "bad-input | roles: {orders-admin: {request: {inputs: {order: {pattern: '(a)\\1'}}}}}",
        "bad-input | roles: {orders-admin: {request: {inputs: {order: {pattern: '(?:a{1,100}){1,100}'}}}}}",
        "bad-input | roles: {orders-admin: {request: {inputs: {lines: {min: 5, max: 4}}}}}",
        "bad-input | roles: {orders-admin: {request: {auto: checks.off_call}}}",
        "bad-input | roles: {orders-admin: {request: {auto: '!has(checks.on_call)'}}}",
        "bad-input | roles: {orders-admin: {request: {auto: '!(\"on_call\" in checks)'}}}",
        "bad-input | roles: {orders-admin: {request: {auto: 'checks.on_call || checks.all(c, false)'}}}",
        "bad-input | roles: {orders-admin: {request: {auto: 'checks == {}'}}}",
        "bad-input | roles: {orders-admin: {request: {auto: 'inputs[\"nothing\"] == 1'}}}",
        "bad-input | roles: {orders-admin: {request: {auto: has(inputs.nothing)}}}",
        "bad-input | roles: {orders-admin: {request: {auto: 'claims.groups.exists(g, g == inputs.nothing)'}}}",
        "bad-input | roles: {orders-admin: {request: {checks: [{name: on_call, url: 'https://a.example', timeout: 1s}, {name: on_call, url: 'https://b.example', timeout: 1s}]}}}",
        "broken-condition | roles: {orders-admin: {request: {auto: request.reason}}}",
        "broken-condition | roles: {orders-admin: {condition: 'inputs.lines < 5'}}",
        "unknown-agent | roles: {orders-admin: {request: {agents: [nobody]}}}",
        "unknown-agent | roles: {orders-admin: {request: {agents: [engineers]}}}",
        "agent-entitlement | entitlements: [{role: orders-admin, identity: assistant, type: eligible, until: 2027-01-01}]",
        "unreachable-entitlement | identities: {assistant: {environment: test}}",
        "broker-audience | roles: {mayfly-operator: {request: {shortest: 5m, usual: 5m, longest: 5m, auto: 'true', agents: [assistant]}}}",
        "unreachable-entitlement | entitlements: [{role: deployer, identity: checkout, type: standing, until: 2027-01-01, groups: [a]}]",
      })
  void errorIsFound_whenElevationIsSpoilt(String code, String fragment) {
    assertThat(errors(fragment)).contains(code.strip());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "identities: {engineers: {login: {condition: \"('a' in claims.groups || 'b' in claims.groups) && claims.email_verified\"}}}",
        "identities: {engineers: {login: {condition: \"claims.preferred_username in ['ada', 'grace']\"}}}",
        "identities: {engineers: {login: {condition: \"claims.sub == '17'\", spiffe-id: 'spiffe://shop.example/boss'}}}",
        "identities: {engineers: {login: {condition: \"!!('a' in claims.groups)\"}}}",
        "roles: {orders-admin: {request: {inputs: {order: {pattern: '.{1,200}'}}}}}",
        "roles: {orders-admin: {request: {checks: [{name: on_call, url: 'https://a.example', timeout: 5s}]}}}",
        "roles: {orders-admin: {request: {checks: [{name: on_call, url: 'http://127.0.0.1:8081/on-call', timeout: 1s}]}}}",
        "roles: {orders-admin: {request: {auto: 'checks[\"on_call\"] || !checks.on_call'}}}",
        "roles: {orders-admin: {request: {shortest: 30m, longest: 12h}}}",
      })
  void nothingIsFound_whenItIsMeantLikeThis(String fragment) {
    assertThat(errors(fragment)).isEmpty();
  }

  @Test
  void twelveSetsAreAllowed_andNotThirteen() {
    assertThat(errors(sets(12))).isEmpty();
    assertThat(errors(sets(13))).containsExactly("approval-too-large");
    String escalated = sets(12).replace("]}}]", "]}, escalate: {after: 1h, rule: {group: g}}}]");
    assertThat(errors(escalated)).as("escalations count").containsExactly("approval-too-large");
  }

  @Test
  void checkIsWarnedOf_whenNoConditionUsesIt() {
    assertThat(all(checks(1))).isEmpty();
    assertThat(all("roles: {orders-admin: {request: {auto: 'true'}}}"))
        .containsExactly("unused-check");
    assertThat(all("roles: {orders-admin: {request: {auto: 'true', condition: checks.on_call}}}"))
        .isEmpty();
  }

  @Test
  void fiveChecksAreAllowed_andNotSix() {
    assertThat(errors(checks(5))).isEmpty();
    assertThat(errors(checks(6))).containsExactly("request-bounds");
  }

  private static String checks(int count) {
    String one = "{name: c%d, url: 'https://a.example', timeout: 1s}";
    List<String> names = IntStream.range(0, count).mapToObj(i -> "checks.c" + i).toList();
    List<String> all = IntStream.range(0, count).mapToObj(one::formatted).toList();
    return "roles: {orders-admin: {request: {auto: '%s', checks: [%s]}}}"
        .formatted(String.join(" || ", names), String.join(", ", all));
  }

  @Test
  void peopleOfOneLoginShareATemplate_butNotTwoLogins() {
    String other =
        "trusts: {staff: {login: {group-prefix: 's/'}}, other: {issuer: 'https://o.example', login: {client: m, session: 1h, group-prefix: 'o/'}}}";
    String same = "staff/{claims.preferred_username}";
    String apart = "!('engineering' in claims.groups) && 'sales' in claims.groups";
    assertThat(errors(entitled(), SECOND.formatted("staff", apart, same))).isEmpty();
    assertThat(errors(entitled(), other, SECOND.formatted("other", apart, same)))
        .containsExactly("duplicate-spiffe-id");
    assertThat(errors(entitled(), SECOND.formatted("staff", apart, "staff/{claims.sub}")))
        .containsExactly("duplicate-spiffe-id");
    assertThat(errors(entitled(), SECOND.formatted("staff", apart, "sales/{claims.sub}")))
        .isEmpty();
  }

  /** Rule 9: who runs one provider must not fill the groups that approve for another's people. */
  @ParameterizedTest
  @CsvSource({"'', ''", "a/, ''", "'', a/", "a/, a/"})
  void groupsOfTwoLoginsAreRefused_whenTheyCouldBeTheSame(String one, String other) {
    assertThat(errors(twoLogins(one, other))).containsOnly("shared-groups");
  }

  @ParameterizedTest
  @CsvSource({"a/, b/", "a/, a:", "a:, a.b:"})
  void groupsOfTwoLoginsAreTakenApart_byTheirPrefixes(String one, String other) {
    assertThat(errors(twoLogins(one, other))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "a/b/", "/", "a b/"})
  void prefixIsRefused_whenAnotherCouldBeginWithIt(String prefix) {
    assertThat(errors(twoLogins(prefix, "b/"))).contains("bad-value");
  }

  private static String twoLogins(String one, String other) {
    return "trusts: {staff: {login: {%s}}, other: {issuer: 'https://o.example', login: {client: m, session: 1h%s}}}"
        .formatted(
            one.isEmpty() ? "session: 10h" : "group-prefix: '" + one + "'",
            other.isEmpty() ? "" : ", group-prefix: '" + other + "'");
  }

  @Test
  void overlapIsWarnedOf_unlessTheGroupsExcludeEachOther() {
    String names = "sales/{claims.sub}";
    assertThat(all(entitled(), SECOND.formatted("staff", "'sales' in claims.groups", names)))
        .containsExactly("overlapping-federation");
    assertThat(
            all(
                entitled(),
                SECOND.formatted(
                    "staff",
                    "'sales' in claims.groups && !('engineering' in claims.groups)",
                    names)))
        .isEmpty();
  }

  private static String entitled() {
    return "entitlements: [{role: mayfly-operator, identity: operator, type: standing, until: 2027-01-01}, {role: deployer, identity: pipeline, type: standing, until: 2027-01-01}, {role: orders-writer, identity: checkout, type: standing, until: 2027-01-01}, {role: mayfly-engineer, identity: engineers, type: standing, until: 2027-01-01}, {role: mayfly-engineer, identity: seconds, type: standing, until: 2027-01-01}, {role: orders-admin, identity: engineers, type: eligible, until: 2027-01-01}]";
  }

  private static String sets(int count) {
    return "roles: {orders-admin: {request: {approval: [{rule: {any: [%s]}}]}}}"
        .formatted(String.join(", ", Collections.nCopies(count, "{group: g}")));
  }

  private static List<String> errors(String... fragments) {
    return judged(fragments).stream().filter(Finding::isError).map(Finding::code).toList();
  }

  private static List<String> all(String... fragments) {
    return judged(fragments).stream().map(Finding::code).toList();
  }

  private static List<Finding> judged(String... fragments) {
    String[] all = new String[fragments.length + 1];
    all[0] = DocumentedPolicy.elevation();
    System.arraycopy(fragments, 0, all, 1, fragments.length);
    return PolicyDocument.judge(DocumentedPolicy.with(all), DocumentedPolicy.NOW).findings();
  }
}
