package dev.mayfly.store;

import java.util.UUID;

/** The id of one audit event (UUIDv7). */
public record AuditId(UUID value) {

  @Override
  public String toString() {
    return value.toString();
  }
}
