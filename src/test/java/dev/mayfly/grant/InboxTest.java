package dev.mayfly.grant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.store.Page;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What waits for whom, where much waits for others. */
class InboxTest {

  private final ElevationFixture shop = new ElevationFixture();

  @BeforeEach
  void aManagerDecidesDeployments() {
    shop.policySays("{manager: true}\n      break-glass", "{group: sre}\n      break-glass");
  }

  @AfterEach
  void close() {
    shop.close();
  }

  private List<String> waitsFor(Person person) {
    return shop.toDecide(person).stream().map(Inbox.Item::holder).toList();
  }

  private Page<Inbox.Item> page(Person person, int limit, Optional<String> after) {
    return new Inbox(shop.test().database())
        .toDecide(person, shop.policy(), new Page.Request(limit, after))
        .await()
        .atMost(ElevationFixture.LIMIT);
  }

  /** Everything that waits for them, page by page. */
  private List<String> waitsFor(Person person, int limit) {
    List<String> all = new ArrayList<>();
    Optional<String> after = Optional.empty();
    do {
      Page<Inbox.Item> page = page(person, limit, after);
      page.items().forEach(item -> all.add(item.grant().id().toString()));
      after = page.next();
    } while (after.isPresent());
    return all;
  }

  /** The present requests again and again, all older than whatever is requested from now on. */
  private void hundredsOlder() {
    shop.test()
        .execute(
            """
            INSERT INTO grants (id, identity_id, requested_by, role, kind, state, reason, duration, requested_at, ask,
                                authority_ends_at, deadline, policy_version)
            SELECT overlay(gen_random_uuid()::text placing '00000000' from 1)::uuid, identity_id, requested_by, role, kind,
                   state, reason, duration, requested_at, ask, authority_ends_at, deadline, policy_version
            FROM grants, generate_series(1, 450) WHERE state = 'REQUESTED'
            """);
  }

  private Person engineer(String name, String managerClaim) {
    Person person = shop.person(name, "engineers");
    shop.test()
        .execute(
            "UPDATE sessions SET claims = claims || '%s' WHERE grant_id = '%s'"
                .formatted(managerClaim, person.session()));
    return person;
  }

  @Test
  void managerSeesTheirPeoplesRequests_whenHundredsWaitForOtherManagers() {
    Person other = engineer("ned", "{\"manager\": \"joan@acme.example\"}");
    shop.requested(other, "deploy");
    hundredsOlder();
    Person ada = engineer("ada", "{\"manager\": \"Grace@acme.example\"}");
    shop.requested(ada, "deploy");

    assertThat(waitsFor(shop.person("grace"))).containsExactly(ada.name());
    assertThat(waitsFor(shop.person("kay"))).isEmpty();
  }

  @Test
  void personSeesWhatTheyMayDecide_whenHundredsThatTheyMayNotCameFirst() {
    shop.policySays(
        "{all: [{group: sre}, {group: leads}]}", "{all: [{group: sre}, {group: security}]}");
    Person lead = shop.person("lena", "engineers", "leads");
    shop.requested(lead, "database");
    hundredsOlder();
    Person ada = shop.person("ada", "engineers");
    shop.requested(ada, "database");

    assertThat(waitsFor(lead)).containsExactly(ada.name());
  }

  @Test
  void inboxIsTheOldestOfAll_whenTheirPeoplesRequestsStandAmongHundredsOfTheirGroups() {
    Person lead = shop.person("lena", "engineers", "sre");
    shop.requested(lead, "database"); // nothing that she decides
    shop.requested(engineer("ada", "{\"manager\": \"lena@acme.example\"}"), "deploy");
    hundredsOlder();

    String oldest =
        shop.text(
            """
            SELECT string_agg(id::text, ' ' ORDER BY id) FROM (
              SELECT id FROM grants WHERE role = 'deploy' AND state = 'REQUESTED' ORDER BY id LIMIT 200) g
            """);
    assertThat(page(lead, 200, Optional.empty()).items())
        .extracting(item -> item.grant().id().toString())
        .containsExactly(oldest.split(" "));
  }

  @Test
  void pagesHoldEveryRequestOnce_whenOthersStandBetweenThem() {
    shop.policySays(
        "{all: [{group: sre}, {group: leads}]}", "{all: [{group: sre}, {group: security}]}");
    Person lead = shop.person("lena", "engineers", "leads");
    shop.requested(lead, "database"); // her own: nobody approves for themselves (rule 9)
    shop.requested(shop.person("ada", "engineers"), "database");
    shop.requested(engineer("ned", "{\"manager\": \"joan@acme.example\"}"), "deploy");
    hundredsOlder();

    String adas =
        shop.text(
            """
            SELECT string_agg(g.id::text, ' ' ORDER BY g.id) FROM grants g JOIN identities i ON i.id = g.identity_id
            WHERE g.role = 'database' AND g.state = 'REQUESTED' AND i.name LIKE '%/ada'
            """);
    assertThat(waitsFor(lead, 7)).containsExactly(adas.split(" ")).hasSize(451);
    assertThat(waitsFor(lead, 200)).containsExactly(adas.split(" "));
  }

  @Test
  void requestWaitsForTheSecondStage_onlyOnceTheFirstIsDone() {
    shop.policySays(
        "- rule: {group: sre}\n        - rule: {group: security}\n        - rule: {owner: true}",
        "- rule: {all: [{group: sre}, {group: security}]}");
    Person second = shop.person("sue", "security");
    Person third = shop.person("dora", "dba");
    Person first = shop.person("rob", "sre");
    Grant asked = shop.requested(shop.person("ada", "engineers"), "database");

    assertThat(List.of(shop.toDecide(first).size(), shop.toDecide(second).size()))
        .containsExactly(1, 0);
    shop.approve(asked, first);
    assertThat(waitsFor(first)).isEmpty();
    assertThat(waitsFor(second)).hasSize(1);
    assertThat(waitsFor(third)).isEmpty();
    shop.approve(asked, second);
    assertThat(waitsFor(third)).hasSize(1);
  }

  @Test
  void managerSeesARequestOfTheFirstStage_alsoWhereTheirGroupIsAskedLater() {
    shop.policySays(
        "- rule: {manager: true}\n        - rule: {group: security}",
        "- rule: {all: [{group: sre}, {group: security}]}");
    Person ada = engineer("ada", "{\"manager\": \"sue@acme.example\"}");
    shop.requested(ada, "database");

    assertThat(waitsFor(shop.person("sue", "security"))).containsExactly(ada.name());
    assertThat(waitsFor(shop.person("una", "security"))).isEmpty();
  }

  @Test
  void requestWaitsForTheOwnersGroup_whenNobodyIsNamedAsManager() {
    Person ada = engineer("ada", "{\"manager\": \" \"}");
    shop.requested(ada, "deploy");
    Person joan = engineer("joan", "{\"manager\": 7}");
    shop.requested(joan, "deploy");

    assertThat(waitsFor(shop.person("head", "heads")))
        .containsExactlyInAnyOrder(ada.name(), joan.name());
    assertThat(waitsFor(shop.person("kay"))).isEmpty();
  }

  private boolean concerns(Grant grant, Person person) {
    Grant now =
        ElevationFixture.await(
                shop.database().inTransaction(tx -> ElevationTables.look(tx, grant.id())))
            .orElseThrow()
            .grant();
    return ElevationFixture.await(new Inbox(shop.database()).concerns(now, person, shop.policy()));
  }

  /** One row is looked at, however many wait; and only while it waits. */
  @Test
  void requestConcernsTheManager_whileItWaitsForTheirWord() {
    Person grace = shop.person("grace");
    Person kay = shop.person("kay");
    shop.requested(engineer("ned", "{\"manager\": \"kay@acme.example\"}"), "deploy");
    hundredsOlder();
    Person ada = engineer("ada", "{\"manager\": \"grace@acme.example\"}");
    Grant asked = shop.requested(ada, "deploy");

    assertThat(concerns(asked, ada)).isTrue();
    assertThat(concerns(asked, grace)).isTrue();
    assertThat(concerns(asked, kay)).as("another's manager").isFalse();
    shop.test()
        .execute(
            "UPDATE sessions SET claims = claims || '{\"manager\": \"kay@acme.example\"}' WHERE grant_id = '%s'"
                .formatted(ada.session()));
    assertThat(concerns(asked, grace)).as("no longer hers").isFalse();
    assertThat(concerns(asked, kay)).isTrue();
    ElevationFixture.value(
        ElevationFixture.await(shop.endings().cancel(asked.id(), ada, "", shop.policy(), "")));
    assertThat(concerns(asked, kay)).as("taken back").isFalse();
    Grant again = shop.requested(ada, "deploy");
    ElevationFixture.value(shop.deny(again, kay));
    assertThat(concerns(again, kay)).as("spoke about it").isTrue();
    assertThat(concerns(again, grace)).isFalse();
    Person joan = shop.person("joan", "dba");
    assertThat(concerns(asked, joan)).as("owns the role").isTrue();
  }
}
