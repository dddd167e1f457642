package dev.mayfly.grant;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
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
    return new Inbox(shop.test().database())
        .toDecide(person, shop.policy()).await().atMost(ElevationFixture.LIMIT).stream()
            .map(Inbox.Item::holder)
            .toList();
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
    assertThat(
            new Inbox(shop.test().database())
                .toDecide(lead, shop.policy()).await().atMost(ElevationFixture.LIMIT).stream()
                    .map(item -> item.grant().id().toString()))
        .containsExactly(oldest.split(" "));
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
}
