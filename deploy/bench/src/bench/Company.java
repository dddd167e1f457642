package bench;

import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Who works where: computed from a person's number, the same way here and in {@code people.sql}.
 *
 * @param people how many
 * @param roles that may be requested, twenty for each team
 */
record Company(int people, int roles) {

  static final String TRUST_DOMAIN = MayflyPolicy.TRUST_DOMAIN;
  static final int ROLES_OF_TEAM = 20;

  int teams() {
    return roles / ROLES_OF_TEAM;
  }

  int team(int person) {
    return person % teams();
  }

  /** Everybody helps out in another team. */
  int otherTeam(int person) {
    return (person * 7 + 3) % teams();
  }

  List<String> groups(int person) {
    TreeSet<String> groups = new TreeSet<>();
    groups.add("staff");
    groups.add("team-" + team(person));
    groups.add("team-" + otherTeam(person));
    if (person / teams() % 50 == 0) {
      groups.add("approvers-" + team(person));
    }
    if (person % 500 == 7) {
      groups.add("security");
    }
    if (person % 5000 == 11) {
      groups.add("platform");
    }
    return List.copyOf(groups);
  }

  Map<String, Object> claims(int person) {
    return Map.of(
        "sub", username(person),
        "preferred_username", username(person),
        "groups", groups(person),
        "manager", username(person - person % 20));
  }

  static String username(int person) {
    return "p" + person;
  }

  static String name(int person) {
    return "spiffe://" + TRUST_DOMAIN + "/staff/" + username(person);
  }

  static String role(int number) {
    return "role-" + number;
  }

  /** Six of a team's twenty roles are approved by the policy itself while they are short. */
  static boolean isAuto(int role) {
    return role % 10 < 3;
  }

  /** The {@code turn}-th role that the policy approves for this person; twelve, then again. */
  String autoRole(int person, int turn) {
    int team = turn % 2 == 0 ? team(person) : otherTeam(person);
    int within = turn / 2 % 6;
    return role(team * ROLES_OF_TEAM + within % 3 + 10 * (within / 3));
  }
}
