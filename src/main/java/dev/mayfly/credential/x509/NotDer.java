package dev.mayfly.credential.x509;

import java.io.Serial;

/**
 * The bytes are not the DER that was looked for. It never leaves this package: whoever reads turns
 * it into a refusal or a finding.
 */
final class NotDer extends Exception {

  @Serial private static final long serialVersionUID = 1L;

  /**
   * Takes one sentence about the form, with nothing of the content in it; bad input is common, so
   * it carries no stack.
   */
  NotDer(String why) {
    super(why, null, false, false);
  }

  String why() {
    return String.valueOf(getMessage());
  }
}
