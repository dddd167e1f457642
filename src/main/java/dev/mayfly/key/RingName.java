package dev.mayfly.key;

import java.util.regex.Pattern;

/**
 * Names a key ring by what it signs and how, written {@code jwt/ES256}: nothing signed for one
 * purpose can be passed off as another's.
 *
 * @param purpose lower-case letters, e.g. {@code jwt}, {@code statuslist}
 */
public record RingName(String purpose, Alg alg) {

  public static final String JWT = "jwt";
  public static final String STATUS_LIST = "statuslist";

  private static final Pattern PURPOSE = Pattern.compile("[a-z]{1,32}");

  public RingName {
    if (!PURPOSE.matcher(purpose).matches()) {
      throw new IllegalArgumentException("a ring's purpose is lower-case letters");
    }
  }

  /** Reads the written form; throws {@link IllegalArgumentException} with a sentence. */
  public static RingName parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException("a key ring is written purpose/alg, not '" + text + "'");
    }
    String alg = text.substring(slash + 1);
    return new RingName(
        text.substring(0, slash),
        Alg.named(alg)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "key ring '" + text + "': Mayfly signs with ES256, RS256 or Ed25519")));
  }

  @Override
  public String toString() {
    return purpose + "/" + alg;
  }
}
