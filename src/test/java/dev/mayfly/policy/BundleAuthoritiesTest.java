package dev.mayfly.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.identity.certificate.MeshWorld;
import dev.mayfly.identity.certificate.TestAuthority;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Which entries of a SPIFFE bundle are authorities of X509-SVIDs (X509-SVID 6). */
class BundleAuthoritiesTest {

  private static final TestAuthority MESH = TestAuthority.root("CN=mesh");
  private static final TestAuthority OTHER = TestAuthority.root("CN=other");

  private static Map<String, Object> good() {
    return new HashMap<>(MeshWorld.member(MESH.certificate()));
  }

  private static Object x5c(TestAuthority of) {
    return MeshWorld.member(of.certificate()).get("x5c");
  }

  @Test
  void authoritiesAreFound_amongWhatIsForOthers() {
    List<Object> members = new ArrayList<>();
    members.add(Map.of("kty", "EC", "use", "jwt-svid", "kid", "a"));
    members.add(good());
    members.add("nothing");
    members.add(MeshWorld.member(OTHER.certificate()));
    assertThat(BundleAuthorities.of(members))
        .containsExactly(MESH.certificate(), OTHER.certificate());
    assertThat(BundleAuthorities.of(List.of())).isEmpty();
  }

  @Test
  void hundredAreRead_andNoMore() {
    assertThat(BundleAuthorities.of(Collections.nCopies(101, good()))).hasSize(100);
  }

  static Stream<Arguments> bad() {
    TestAuthority leaf = MESH.below(TestAuthority.wanted());
    String der = ((List<?>) x5c(MESH)).getFirst().toString();
    return Stream.of(
        bad("for JWT-SVIDs", m -> m.put("use", "jwt-svid")),
        bad("for signatures", m -> m.put("use", "sig")),
        bad("in upper case", m -> m.put("use", "X509-SVID")),
        bad("for nothing", m -> m.remove("use")),
        bad("with a kid", m -> m.put("kid", "a")),
        bad("with an empty kid", m -> m.put("kid", "")),
        bad("without x5c", m -> m.remove("x5c")),
        bad("with an empty x5c", m -> m.put("x5c", List.of())),
        bad("with a text as x5c", m -> m.put("x5c", der)),
        bad("with two certificates", m -> m.put("x5c", List.of(der, der))),
        bad("with no certificate", m -> m.put("x5c", List.of("AAAA"))),
        bad("with no text", m -> m.put("x5c", List.of(7))),
        bad("with another's certificate", m -> m.put("x5c", x5c(OTHER))),
        bad("with a private part", m -> m.put("d", "AAAA")),
        bad("without its key", m -> m.remove("x")),
        bad("of a type that nobody knows", m -> m.put("kty", "NEW")),
        bad(
            "of a workload",
            m -> {
              m.clear();
              m.putAll(MeshWorld.member(leaf.certificate()));
            }));
  }

  private static Arguments bad(String what, Consumer<Map<String, Object>> change) {
    return Arguments.of(what, change);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("bad")
  void entryIsPassedOver(String what, Consumer<Map<String, Object>> change) {
    Map<String, Object> entry = good();
    change.accept(entry);
    assertThat(BundleAuthorities.of(List.of(entry))).isEmpty();
    assertThat(BundleAuthorities.of(List.of(entry, MeshWorld.member(OTHER.certificate()))))
        .containsExactly(OTHER.certificate());
  }
}
