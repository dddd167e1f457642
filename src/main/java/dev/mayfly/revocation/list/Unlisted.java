package dev.mayfly.revocation.list;

import dev.mayfly.store.RevocationId;
import io.vertx.mutiny.sqlclient.Row;
import java.util.List;
import java.util.UUID;

/** A revocation that no publication has carried yet. */
sealed interface Unlisted {

  /** The revocation's id. */
  RevocationId id();

  record OfCredential(RevocationId id, UUID credential) implements Unlisted {}

  record OfGrant(RevocationId id, UUID grant) implements Unlisted {}

  record OfIdentity(RevocationId id, UUID identity) implements Unlisted {}

  record OfKey(RevocationId id, String kid) implements Unlisted {}

  /** The keys among them. */
  static List<String> keys(List<Unlisted> unlisted) {
    return unlisted.stream()
        .filter(OfKey.class::isInstance)
        .map(OfKey.class::cast)
        .map(OfKey::kid)
        .toList();
  }

  static Unlisted read(Row row) {
    RevocationId id = new RevocationId(row.getUUID("id"));
    return switch (row.getString("scope")) {
      case "CREDENTIAL" -> new OfCredential(id, row.getUUID("credential_id"));
      case "GRANT" -> new OfGrant(id, row.getUUID("grant_id"));
      case "IDENTITY" -> new OfIdentity(id, row.getUUID("identity_id"));
      case "KEY" -> new OfKey(id, row.getString("kid"));
      default -> throw new IllegalStateException("a revocation of an unknown scope");
    };
  }
}
