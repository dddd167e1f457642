package dev.mayfly.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PinnedClaimsTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "claims.sub == 'a'",
        "'a' == claims.sub",
        "claims['sub'] == 'a'",
        "claims.sub in ['a', 'b']",
        "claims.repository_owner == 'acme' && claims.repository_id == '7'",
        "(claims.sub == 'a' && claims.x == 'y') || claims.sub == 'b'",
        "claims.sub.startsWith('repo:acme/') && claims.repository == 'acme/shop'",
        "claims['kubernetes.io'].namespace == 'n' && claims['kubernetes.io'].serviceaccount.name == 's'",
        "claims['kubernetes.io'].serviceaccount.uid == 'u'"
      })
  void subjectIsClosed_whenAWorkloadIsNamed(String source) {
    assertThat(pins(source).nameTheWorkload()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "true",
        "claims.sub != ''",
        "claims.sub == claims.sub",
        "claims.sub == claims.repository",
        "has(claims.sub)",
        "!(claims.sub == 'a')",
        "claims.sub == 'a' || true",
        "claims.sub == 'a' || claims.repository_owner == 'acme'",
        "claims.sub == 'a' ? true : true",
        "claims.repository_owner == 'acme'",
        "claims.iss == 'https://issuer.example'",
        "claims.sub.startsWith('repo:acme/')",
        "claims.sub.matches('repo:acme/.*')",
        "claims.sub in ['a', claims.sub]",
        "claims.sub in []",
        "claims.sub in claims.list",
        "claims.deep.sub == 'a'",
        "['x'].all(claims, claims == 'x')",
        "[claims].exists(c, c.sub == 'a')",
        "claims['kubernetes.io'].namespace == 'n'",
        "claims['kubernetes.io'].serviceaccount.name == 's'",
        "claims.namespace == 'n' && claims.serviceaccount.name == 's'"
      })
  void subjectIsOpen_whenNoWorkloadIsNamed(String source) {
    assertThat(pins(source).nameTheWorkload()).isFalse();
  }

  @Test
  void valuesMeet_whenTwoConditionsPinOneClaim() {
    assertThat(pins("claims.sub in ['a', 'b'] && claims.sub in ['b', 'c']").values())
        .containsEntry(List.of("sub"), Set.of("b"));
    assertThat(pins("claims.sub == 'a'").excludes(pins("claims.sub in ['b', 'c']"))).isTrue();
    assertThat(pins("claims.sub == 'a'").excludes(pins("claims.sub in ['a', 'c']"))).isFalse();
    assertThat(pins("claims.sub == 'a'").excludes(pins("claims.repository == 'b'"))).isFalse();
  }

  private static PinnedClaims pins(String source) {
    return PinnedClaims.of(ConditionTest.compile(source, Condition.Scope.PROOF));
  }
}
