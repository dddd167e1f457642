package dev.mayfly.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import dev.mayfly.MayflyConfig;
import dev.mayfly.StartRefused;
import dev.mayfly.audit.AuditLog;
import dev.mayfly.store.Meeting;
import dev.mayfly.store.Node;
import dev.mayfly.store.NodeConfig;
import dev.mayfly.store.TestDatabase;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.formatters.PatternFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Activation against a real database; rules 3, 4 and 8 where a new revision takes rights away. */
class PolicyBookTest {

  private static final Instant NOW = DocumentedPolicy.NOW;
  private static final UUID CHECKOUT = new UUID(0, 1);
  private static final UUID PIPELINE = new UUID(0, 2);
  private static final UUID WRITES = new UUID(1, 1);
  private static final UUID DEPLOYS = new UUID(1, 2);

  @TempDir Path folder;
  private final TestDatabase test = TestDatabase.fresh();

  @BeforeEach
  void setTheClock() {
    test.useTestClock();
    at(NOW);
  }

  private void at(Instant now) {
    test.setClock(now);
    test.execute(
        "SELECT mayfly_make_partitions('audit_events', interval '1 day', interval '1 day')");
    test.execute("SELECT mayfly_make_partitions('outbox', interval '1 day', interval '1 day')");
  }

  @AfterEach
  void close() {
    test.close();
  }

  @Test
  void firstFileIsActivated_whenTheDatabaseIsNew() {
    PolicyBook book = started(DocumentedPolicy.good(), "prod");
    assertThat(book.current().version()).isEqualTo(7);
    assertThat(strings("SELECT version::text FROM policy_active")).containsExactly("7");
    assertThat(actions()).containsExactlyInAnyOrder("policy.activate");
  }

  @Test
  void startIsRefused_whenNoPolicyIsAnywhere() {
    assertThatThrownBy(() -> book(Optional.empty(), "prod").load())
        .hasMessageContaining("mayfly.policy.file");
  }

  @Test
  void startIsRefusedWithFindings_whenLintFindsErrors() {
    assertThatThrownBy(() -> started(with("revision: 8", "roles: {deployer: {ttl: 30m}}"), "prod"))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("error ttl-past-ceiling");
    assertThat(strings("SELECT version::text FROM policy_active")).isEmpty();
  }

  @Test
  void startIsRefused_whenTheSameRevisionHasOtherContent() {
    started(DocumentedPolicy.good(), "prod");
    assertThatThrownBy(() -> started(with("roles: {deployer: {ttl: 4m}}"), "prod"))
        .isInstanceOf(StartRefused.class)
        .hasNoCause()
        .hasMessageStartingWith("Mayfly does not start: the policy file says revision 7, but")
        .hasMessageContaining("raise the revision");
  }

  @Test
  void databaseCounts_whenTheFileIsOlder() {
    started(with("revision: 9"), "prod");
    assertThat(started(DocumentedPolicy.good(), "prod").current().version()).isEqualTo(9);
    assertThat(book(Optional.empty(), "prod")).satisfies(PolicyBook::load);
  }

  @Test
  void nodeStarts_whenADateOfTheActiveDocumentHasPassed() {
    started(DocumentedPolicy.good(), "prod");
    InstantSource later = InstantSource.fixed(Instant.parse("2030-01-01T00:00:00Z"));
    PolicyBook book = book(Optional.of(write(DocumentedPolicy.good())), "prod", later);
    book.load();
    assertThat(book.current().version()).isEqualTo(7);
  }

  @Test
  void startIsRefused_whenARealProfileFindsDevelopmentKeys() {
    Optional<Path> development = Optional.of(Path.of("keys-dev/policy.yaml"));
    assertThatThrownBy(() -> book(development, "prod").load())
        .hasMessageContaining("identities.checkout")
        .hasMessageContaining("trusts.ci")
        .hasMessageContaining("quarkus.profile=dev");
    assertThat(strings("SELECT version::text FROM policy_active")).isEmpty();
    book(development, "dev").load();
    assertThatThrownBy(() -> book(Optional.empty(), "prod").load())
        .hasMessageContaining("development keys");
  }

  @Test
  void everyNodeFollows_whenOneActivatesAHigherRevision() {
    PolicyBook one = started(DocumentedPolicy.good(), "prod");
    PolicyBook other = book(Optional.empty(), "prod");
    other.load();
    write(with("revision: 8"));
    refresh(one);
    assertThat(one.current().version()).isEqualTo(8);
    refresh(other);
    assertThat(other.current().version()).isEqualTo(8);
  }

  @Test
  void oldVersionStays_whenTheChangedFileIsBrokenOrLower() {
    PolicyBook book = started(DocumentedPolicy.good(), "prod");
    for (String text :
        List.of(
            "nonsense: [",
            with("revision: 6"),
            with("roles: {deployer: {ttl: 30m}}", "revision: 8"))) {
      write(text);
      refresh(book);
      assertThat(book.current().version()).isEqualTo(7);
    }
    write(with("revision: 8"));
    refresh(book);
    assertThat(book.current().version()).isEqualTo(8);
  }

  /** An operator who forgot to raise it waits for what will never come. */
  @Test
  void lowerRevisionIsSaidOnce_whileTheBrokerRuns() {
    PolicyBook book = started(DocumentedPolicy.good(), "prod");
    write(with("revision: 6"));
    List<String> said = new ArrayList<>();
    Handler listening =
        new Handler() {
          @Override
          public void publish(LogRecord entry) {
            said.add(new PatternFormatter("%s").format(ExtLogRecord.wrap(entry)));
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger log = Logger.getLogger(LocalPolicy.class.getName());
    log.addHandler(listening);
    try {
      refresh(book);
      refresh(book);
    } finally {
      log.removeHandler(listening);
    }
    assertThat(said)
        .singleElement()
        .asString()
        .contains("revision 6, which is lower than the active one, 7");
  }

  @Test
  void grantIsRevoked_whenItsEntitlementIsGone() {
    PolicyBook book = withIdentitiesAndGrants();
    write(
        with(
            "revision: 8",
            "entitlements: [{role: mayfly-operator, identity: operator, type: standing, until:"
                + " 2027-06-30}, {role: deployer, identity: pipeline, type: standing, until:"
                + " 2027-06-30}]"));
    refresh(book);
    assertThat(states()).containsExactly("REVOKED policy revision 8", "ACTIVE standing");
    assertThat(strings("SELECT scope || ' ' || target || ' ' || by_whom FROM revocations"))
        .containsExactly("GRANT grant:" + WRITES + " system:policy");
    assertThat(actions())
        .containsExactlyInAnyOrder("policy.activate", "grant.revoke", "policy.activate");
    assertThat(strings("SELECT key FROM outbox")).containsExactly("grant:" + WRITES);
  }

  /** As mints and revocations take them (docs/decisions/0001), whatever clocks and ids say. */
  @Test
  void newRevisionTakesGrants_inTheOrderInWhichTheyWereMade() throws SQLException {
    PolicyBook book = withIdentitiesAndGrants();
    UUID later = new UUID(0, 1);
    grant(later, PIPELINE, "orders-writer", 1);
    write(with("revision: 8"));
    new Meeting(test).at(Meeting.grant(DEPLOYS), Meeting.grant(later), book.refresh());
    assertThat(book.current().version()).isEqualTo(8);
  }

  /** What was certified on the strength of it proves nobody any more. */
  @Test
  void proofsAreTakenBack_whenAClientLosesAKey_andNotWhenItGetsOne() throws JOSEException {
    PolicyBook book = withIdentitiesAndGrants();
    String first =
        "{kty: EC, crv: P-256, kid: c1, x: KnWb3TAKq1qWg8DA0oSNGRDbTFgcRKV-6_a3AAQ2qR4, y: b_qQRgBdNZWh-cY2CVVUaVvc7mGTTeVAHlcor_CedPA}";
    String second = new ECKeyGenerator(Curve.P_256).keyID("c2").generate().toPublicJWK().toString();
    String renamed = first.replace("c1", "c9");
    revise(book, 8, first + ", " + second);
    assertThat(proofsSince()).as("one more").containsExactly("0", "0");
    revise(book, 9, renamed + ", " + second);
    assertThat(proofsSince()).as("the same keys").containsExactly("0", "0");
    revise(book, 10, second);
    assertThat(proofsSince()).containsExactly("10", "0");
    revise(book, 11, second);
    assertThat(proofsSince()).as("nothing lost since").containsExactly("10", "0");
    assertThat(
            strings(
                "SELECT detail ->> 'proofsTakenBack' FROM audit_events WHERE action = 'policy.activate' ORDER BY policy_version"))
        .as("rule 8: the version's event says of how many")
        .containsExactly("0", "0", "0", "1", "0");
  }

  /** Between its own keys somebody else vouched for it: what the first key won is not won back. */
  @Test
  void proofsAreTakenBack_whenSomebodyElseVouchesForAWhile() {
    PolicyBook book = withIdentitiesAndGrants();
    String vouched =
        DocumentedPolicy.good()
            .replace("revision: 7", "revision: 8")
            .replaceFirst(
                "(?s)    client: +# signs.*?(?=\n  pipeline:)",
                "    federated: {trust: github, spiffe-id: 'spiffe://shop.example/storefront/checkout',"
                    + " condition: \"claims.repository_id == '1208' && claims.ref =="
                    + " 'refs/heads/main'\"}");
    write(vouched);
    refresh(book);
    assertThat(book.current().version()).isEqualTo(8);
    assertThat(proofsSince()).containsExactly("8", "0");
    write(with("revision: 9"));
    refresh(book);
    assertThat(proofsSince()).containsExactly("8", "0");
  }

  private void revise(PolicyBook book, int revision, String keys) {
    write(
        with("revision: " + revision, "identities: {checkout: {client: {keys: [" + keys + "]}}}"));
    refresh(book);
    assertThat(book.current().version()).isEqualTo(revision);
  }

  private List<String> proofsSince() {
    return strings("SELECT proofs_since FROM identities ORDER BY id");
  }

  @Test
  void identityIsRetiredWithItsGrants_whenItsEntryIsGone() {
    PolicyBook book = withIdentitiesAndGrants();
    write(withoutPipeline());
    refresh(book);
    assertThat(strings("SELECT state FROM identities ORDER BY id"))
        .containsExactly("ACTIVE", "RETIRED");
    assertThat(states()).containsExactly("ACTIVE standing", "REVOKED policy revision 8");
    assertThat(strings("SELECT target FROM revocations")).containsExactly("identity:" + PIPELINE);
    assertThat(actions())
        .containsExactlyInAnyOrder(
            "policy.activate", "identity.retire", "grant.revoke", "policy.activate");
  }

  @Test
  void identityIsRetired_whenItsTemplateNoLongerGivesItsName() {
    PolicyBook book = withIdentitiesAndGrants();
    write(
        with(
            "revision: 8",
            "identities: {pipeline: {federated: {condition: \"claims.repository_id == '1208'\"}}}"));
    refresh(book);
    assertThat(strings("SELECT state FROM identities ORDER BY id"))
        .containsExactly("ACTIVE", "RETIRED");
  }

  @Test
  void identityAndGrantAreBroughtInLine_whenTheNewRevisionIsTighter() {
    PolicyBook book = withIdentitiesAndGrants();
    write(
        with(
            "revision: 8",
            "identities: {checkout: {owner: team-new, review: 2026-12-01}}",
            "roles: {orders-writer: {grant: 1h}}"));
    refresh(book);
    assertThat(
            strings(
                "SELECT owner || ' ' || mint_until FROM identities WHERE id = '" + CHECKOUT + "'"))
        .containsExactly("team-new 2026-12-15 00:00:00+00");
    assertThat(
            strings(
                "SELECT expires_at || ' ' || authority_ends_at || ' ' || deadline FROM grants WHERE id = '"
                    + WRITES
                    + "'"))
        .containsExactly("2026-11-21 13:00:00+00 2026-12-15 00:00:00+00 2026-11-21 13:00:00+00");
    assertThat(actions())
        .containsExactlyInAnyOrder(
            "policy.activate", "identity.update", "grant.shorten", "policy.activate");
  }

  @Test
  void grantIsRevokedNotShortened_whenItsCredentialsCouldOutliveIt() {
    at(Instant.parse("2026-11-30T23:50:00Z"));
    PolicyBook book = withIdentitiesAndGrants();
    write(
        with(
            "revision: 8",
            "entitlements: [{role: mayfly-operator, identity: operator, type: standing, until:"
                + " 2027-06-30}, {role: deployer, identity: pipeline, type: standing, until:"
                + " 2026-12-01}, {role: orders-writer, identity: checkout, type: standing, until:"
                + " 2027-06-30}]"));
    refresh(book);
    assertThat(states()).containsExactly("ACTIVE standing", "REVOKED policy revision 8");
  }

  /** Rule 4: what is out was minted under the version before the last, too. */
  @Test
  void grantIsRevokedNotShortened_whenAnEarlierVersionsCredentialsCouldOutliveIt() {
    at(Instant.parse("2026-11-30T23:50:00Z"));
    PolicyBook book = withIdentitiesAndGrants();
    String shorter = "{ceilings: {jwt: 5m}, roles: {mayfly-operator: {ttl: 5m}}}";
    write(with("revision: 8", shorter));
    refresh(book);
    write(
        with(
            "revision: 9",
            shorter,
            "entitlements: [{role: mayfly-operator, identity: operator, type: standing, until:"
                + " 2027-06-30}, {role: deployer, identity: pipeline, type: standing, until:"
                + " 2026-12-01}, {role: orders-writer, identity: checkout, type: standing, until:"
                + " 2027-06-30}]"));
    refresh(book);
    assertThat(states()).containsExactly("ACTIVE standing", "REVOKED policy revision 9");
  }

  @Test
  void nothingChanges_whenOnlyTheRevisionDoes() {
    PolicyBook book = withIdentitiesAndGrants();
    write(with("revision: 8"));
    refresh(book);
    assertThat(states()).containsExactly("ACTIVE standing", "ACTIVE standing");
    assertThat(actions()).containsExactlyInAnyOrder("policy.activate", "policy.activate");
  }

  private PolicyBook withIdentitiesAndGrants() {
    PolicyBook book = started(DocumentedPolicy.good(), "prod");
    identity(CHECKOUT, "spiffe://shop.example/storefront/checkout", "checkout", "team-storefront");
    identity(PIPELINE, "spiffe://shop.example/ci/1207", "pipeline", "team-storefront");
    grant(WRITES, CHECKOUT, "orders-writer", 8);
    grant(DEPLOYS, PIPELINE, "deployer", 1);
    return book;
  }

  private void identity(UUID id, String name, String entry, String owner) {
    test.execute(
        """
        INSERT INTO identities (id, name, kind, entry, owner, environment, review_at, mint_until, state, created_at,
                                changed_at)
        VALUES ('%s', '%s', 'WORKLOAD', '%s', '%s', 'prod', '2027-06-30Z', '2027-07-14Z', 'ACTIVE', mayfly_now(),
                mayfly_now())
        """
            .formatted(id, name, entry, owner));
  }

  private void grant(UUID id, UUID identity, String role, int hours) {
    test.execute(
        """
        INSERT INTO grants (id, identity_id, role, kind, state, duration, requested_at, activated_at, expires_at,
                            authority_ends_at, cause, deadline, policy_version)
        VALUES ('%1$s', '%2$s', '%3$s', 'STANDING', 'ACTIVE', '%4$d hours', mayfly_now(), mayfly_now(),
                mayfly_now() + interval '%4$d hours', '2027-06-30Z', 'standing', mayfly_now() + interval '%4$d hours', 7)
        """
            .formatted(id, identity, role, hours));
  }

  private static String withoutPipeline() {
    var document = DocumentedPolicy.load(with("revision: 8"));
    ((java.util.Map<?, ?>) document.get("identities")).remove("pipeline");
    ((List<?>) document.get("entitlements"))
        .removeIf(one -> one.toString().contains("identity=pipeline"));
    ((java.util.Map<?, ?>) document.get("roles")).remove("deployer");
    return new org.yaml.snakeyaml.Yaml().dump(document);
  }

  private static String with(String... fragments) {
    return DocumentedPolicy.with(fragments);
  }

  private PolicyBook started(String text, String profile) {
    PolicyBook book = book(Optional.of(write(text)), profile);
    book.load();
    return book;
  }

  private PolicyBook book(Optional<Path> file, String profile) {
    return book(file, profile, InstantSource.fixed(NOW));
  }

  private PolicyBook book(Optional<Path> file, String profile, InstantSource clock) {
    AuditLog audit = new AuditLog(clock);
    var config =
        new SmallRyeConfigBuilder()
            .addDiscoveredConverters()
            .withMapping(MayflyConfig.class)
            .withMapping(NodeConfig.class)
            .withDefaultValue("mayfly.issuer", "https://mayfly.example")
            .withValidateUnknown(false)
            .build();
    return new PolicyBook(
        test.database(),
        new Activation(test.database(), audit, new ConsequenceTables(audit, clock)),
        new LocalPolicy(file, clock, List.of(profile)),
        new Node(test.database(), clock, config.getConfigMapping(NodeConfig.class), "test"),
        config.getConfigMapping(MayflyConfig.class));
  }

  private Path write(String text) {
    try {
      return Files.writeString(folder.resolve("policy.yaml"), text);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static void refresh(PolicyBook book) {
    book.refresh().await().atMost(java.time.Duration.ofSeconds(10));
  }

  private List<String> states() {
    return strings("SELECT state || ' ' || cause FROM grants ORDER BY id");
  }

  private List<String> actions() {
    return strings("SELECT action FROM audit_events ORDER BY at, id");
  }

  private List<String> strings(String sql) {
    try (var connection = test.connect();
        var statement = connection.createStatement()) {
      statement.execute("SET TIME ZONE 'UTC'");
      ResultSet rows = statement.executeQuery(sql);
      List<String> result = new ArrayList<>();
      while (rows.next()) {
        result.add(rows.getString(1));
      }
      return result;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
