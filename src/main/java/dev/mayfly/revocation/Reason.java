package dev.mayfly.revocation;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;

/**
 * An operator's reason, as it may stand in the audit: said, short, and free of control characters.
 */
final class Reason {

  private static final int LONGEST = 500;

  private Reason() {}

  static Outcome<String> check(String reason) {
    boolean good =
        !reason.isBlank()
            && reason.length() <= LONGEST
            && reason.codePoints().noneMatch(Character::isISOControl);
    return good
        ? Outcome.ok(reason)
        : Outcome.refused(
            new Refusal.Malformed(
                "revocation-reason",
                "reason must have 1 to " + LONGEST + " characters and no control characters"));
  }
}
