package dev.mayfly;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jboss.resteasy.reactive.server.Cancellable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The floors of the house (design section 4), and what no room may do. */
class FloorsTest {

  /** Each room and the rooms it may use; every room may use itself and the root's vocabulary. */
  private static final Map<String, List<String>> MAY_USE =
      Map.of(
          "store", List.of(),
          "audit", List.of("store"),
          "key", List.of("store", "audit"),
          "outbound", List.of(),
          "delivery", List.of("store", "audit", "outbound"),
          "policy", List.of("store", "audit", "key"),
          "identity", List.of("store", "audit", "key", "policy"),
          "grant", List.of("store", "audit", "key", "outbound", "policy", "identity"),
          "credential", List.of("store", "audit", "key", "policy", "identity", "grant"),
          "revocation",
              List.of("store", "audit", "key", "policy", "identity", "grant", "credential"));

  private static final String[] DOMAIN =
      MAY_USE.keySet().stream().map(FloorsTest::inside).toArray(String[]::new);

  private static final JavaClasses OURS =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.mayfly");

  static Stream<String> rooms() {
    return MAY_USE.keySet().stream().sorted();
  }

  @ParameterizedTest
  @MethodSource("rooms")
  void roomUsesOnlyTheRoomsBelowIt(String room) {
    String[] allowed =
        Stream.concat(Stream.of(room), MAY_USE.get(room).stream())
            .map(FloorsTest::inside)
            .toArray(String[]::new);
    DescribedPredicate<JavaClass> foreign =
        DescribedPredicate.not(resideInAPackage("dev.mayfly.."));
    classes()
        .that()
        .resideInAPackage(inside(room))
        .should()
        .onlyDependOnClassesThat(
            foreign.or(resideInAPackage("dev.mayfly")).or(resideInAnyPackage(allowed)))
        .allowEmptyShould(true)
        .because("design section 4: data flows down and returns")
        .check(OURS);
  }

  @Test
  void roomsHaveNoCycles() {
    slices().matching("dev.mayfly.(*)..").should().beFreeOfCycles().check(OURS);
  }

  @Test
  void vocabularyOfTheRootKnowsNoRoom() {
    classes()
        .that()
        .resideInAPackage("dev.mayfly")
        .should()
        .onlyDependOnClassesThat(DescribedPredicate.not(resideInAPackage("dev.mayfly.*..")))
        .check(OURS);
  }

  /** Identity fetches keys with an HTTP client; serving HTTP is the edge's work alone. */
  @Test
  void domainRoomsKnowNothingOfServingHttp() {
    noClasses()
        .that()
        .resideInAnyPackage(DOMAIN)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "jakarta.ws.rs..",
            "jakarta.servlet..",
            "org.jboss.resteasy..",
            "io.quarkus.vertx.http..",
            "io.quarkus.resteasy..",
            "org.eclipse.microprofile.openapi..",
            "io.vertx.ext.web",
            "io.vertx.ext.web.handler..")
        .check(OURS);
  }

  /**
   * Quarkus drops the work of a request whose caller has gone, where it stands. What was recorded
   * by then would be neither signed nor known to be lost (docs/decisions/0011).
   */
  @Test
  void whatWritesGoesOn_whenItsCallerHasGone() {
    methods()
        .that()
        .areAnnotatedWith(POST.class)
        .or()
        .areAnnotatedWith(PUT.class)
        .or()
        .areAnnotatedWith(PATCH.class)
        .or()
        .areAnnotatedWith(DELETE.class)
        .should(
            ArchCondition.from(
                DescribedPredicate.describe(
                    "be in a class that is not cancelled",
                    (JavaMethod method) ->
                        method
                            .getOwner()
                            .tryGetAnnotationOfType(Cancellable.class)
                            .filter(cancelled -> !cancelled.value())
                            .isPresent())))
        .check(OURS);
  }

  /** Its start is measured in tenths of a second; a container would be seconds of it. */
  @Test
  void commandLineLoadsNoQuarkus() {
    noClasses()
        .that()
        .resideInAPackage("dev.mayfly.cli..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.quarkus..",
            "io.vertx..",
            "io.smallrye..",
            "jakarta..",
            "org.eclipse.microprofile..",
            "dev.mayfly.boot..",
            "dev.mayfly.http..",
            "dev.mayfly.store..")
        .check(OURS);
  }

  @Test
  void nobodyAsksTheMachineForTheTime() {
    noClasses()
        .should()
        .callMethod(Instant.class, "now")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(java.time.LocalDateTime.class, "now")
        .orShould()
        .callMethod(java.time.OffsetDateTime.class, "now")
        .orShould()
        .callMethod(java.time.ZonedDateTime.class, "now")
        .because("the injected InstantSource tells the node's time; the database decides (rule 3)")
        .check(OURS);
  }

  /** The two programs have one place each where the real clock enters. */
  @Test
  void onlyTheProgramsWireTheRealClock() {
    noClasses()
        .that()
        .resideOutsideOfPackages("dev.mayfly.boot..", "dev.mayfly.cli..")
        .should()
        .callMethod(Clock.class, "systemUTC")
        .orShould()
        .callMethod(Clock.class, "systemDefaultZone")
        .orShould()
        .callMethod(java.time.InstantSource.class, "system")
        .check(OURS);
  }

  @Test
  void idsCrossRoomsTyped() {
    methods()
        .that()
        .arePublic()
        .and()
        .areDeclaredInClassesThat()
        .arePublic()
        .and()
        .areDeclaredInClassesThat()
        .resideInAnyPackage(DOMAIN)
        .and()
        .areDeclaredInClassesThat()
        .resideOutsideOfPackage("dev.mayfly.store..")
        .and()
        .haveNameMatching("id|[a-z]\\w*Id")
        .should()
        .notHaveRawReturnType(UUID.class)
        .because("an id is an IdentityId, a GrantId ..., never a bare UUID (design section 9)")
        .check(OURS);
  }

  @Test
  void onlyTheProgramsWriteToTheConsole() {
    noClasses()
        .that()
        .resideOutsideOfPackages("dev.mayfly.boot..", "dev.mayfly.cli..")
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .check(OURS);
  }

  @Test
  void namesSayWhatAThingIs() {
    noClasses()
        .should()
        .haveNameMatching(".*\\.([A-Za-z]*(Utils|Helper|Manager|Impl)|(Base|Abstract)[A-Z]\\w*)")
        .because("house style")
        .check(OURS);
  }

  private static String inside(String room) {
    return "dev.mayfly." + room + "..";
  }
}
