package dev.mayfly.cli.screen;

/** The colour of a state's name: green lives, yellow is between, red is over by somebody's hand. */
public final class States {

  private States() {}

  public static String paint(Screen screen, String text) {
    return switch (text) {
      case "ACTIVE", "VALID", "SUCCESS", "LIVE" -> screen.good(text);
      case "REQUESTED", "APPROVED", "SCHEDULED", "PREPARED", "RETIRING", "SUSPENDED" ->
          screen.warn(text);
      case "REVOKED", "DENIED", "FAILED", "TAINTED", "INVALID" -> screen.bad(text);
      case "EXPIRED", "RELEASED", "CANCELLED", "LAPSED", "RETIRED", "REMOVED", "-" ->
          screen.dim(text);
      default -> text;
    };
  }
}
