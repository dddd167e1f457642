package dev.mayfly.http.dev;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The three people of the shop in {@code keys-dev}. */
enum DevPerson {
  ADA("Ada", "engineer", "engineering"),
  GRACE("Grace", "engineer, and approves", "engineering sre"),
  JOAN("Joan", "auditor", "auditors");

  private final String given;
  private final String does;
  private final String groups;

  DevPerson(String given, String does, String groups) {
    this.given = given;
    this.does = does;
    this.groups = groups;
  }

  static Optional<DevPerson> named(String id) {
    for (DevPerson person : values()) {
      if (person.id().equals(id)) {
        return Optional.of(person);
      }
    }
    return Optional.empty();
  }

  /** {@code sub} and {@code preferred_username}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  public String given() {
    return given;
  }

  public String does() {
    return does;
  }

  Map<String, Object> claims() {
    Map<String, Object> claims = new LinkedHashMap<>();
    claims.put("sub", id());
    claims.put("preferred_username", id());
    claims.put("name", given);
    claims.put("email", id() + "@shop.test");
    claims.put("groups", List.of(groups.split(" ", -1)));
    return claims;
  }
}
