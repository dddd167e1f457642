package dev.mayfly.grant.session;

import java.security.SecureRandom;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The code that a person carries from a device to their browser: eight letters out of twenty that
 * nobody takes for another and that spell no word (RFC 8628 6.1). 20^8 are 2.5 * 10^10: at 300
 * wrong ones in ten minutes, and a hundred devices waiting, a guess hits once in 160 years.
 *
 * @param letters without the dash in the middle
 */
public record UserCode(String letters) {

  private static final String ALPHABET = "BCDFGHJKLMNPQRSTVWXZ";
  private static final int LENGTH = 8;
  private static final Pattern LETTERS = Pattern.compile("[" + ALPHABET + "]{" + LENGTH + "}");
  private static final SecureRandom RANDOM = new SecureRandom();

  static UserCode fresh() {
    StringBuilder letters = new StringBuilder(LENGTH);
    for (int i = 0; i < LENGTH; i++) {
      letters.append(ALPHABET.charAt(RANDOM.nextInt(ALPHABET.length())));
    }
    return new UserCode(letters.toString());
  }

  /** As a person types it: in any case, with dashes or blanks or none. */
  public static Optional<UserCode> typed(String text) {
    String letters = text.replaceAll("[\\s-]", "").toUpperCase(Locale.ROOT);
    return LETTERS.matcher(letters).matches()
        ? Optional.of(new UserCode(letters))
        : Optional.empty();
  }

  /** As a person reads it: {@code BCDF-GHJK}. */
  public String shown() {
    return letters.substring(0, LENGTH / 2) + "-" + letters.substring(LENGTH / 2);
  }
}
