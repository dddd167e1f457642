package dev.mayfly;

import io.quarkus.runtime.configuration.ConfigurationException;

/**
 * What an operator gave the broker does not let it start: one sentence says what to change. It is
 * of the kind that Quarkus prints alone, without a stack that nobody has to read.
 */
public final class StartRefused extends ConfigurationException {

  private static final long serialVersionUID = 1L;

  private final String why;

  public StartRefused(String why) {
    super("Mayfly does not start: " + why);
    this.why = why;
  }

  /** The sentence alone, for who is running already. */
  public String why() {
    return why;
  }
}
