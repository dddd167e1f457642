package dev.mayfly.credential.keycheck;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * One file of known-bad keys, kept as the last 64 bits of each line's digest: a million lines are 8
 * MB.
 *
 * <p>A line is a digest, and which one it is need not be known: a key is on the list if any of its
 * own ({@link KeyTails}) stands there. So the two of Debian's forms that look alike need no mark,
 * and a line that somebody took for another form is found all the same. What that costs: a good key
 * has at most five digests, so a million lines take it for a bad one with a probability of 5 * 10^6
 * / 2^64, once in 3.7 * 10^12 keys.
 */
final class BadKeyList {

  /** What {@code openssl pkey -pubin -outform DER | sha256sum} gives stands behind it. */
  private static final String INFO = "spki:";

  private static final char COMMENT = '#';

  /** SHA-256 in hexadecimal digits. */
  private static final int WHOLE = 64;

  /** The last 80 bits of MD5 or SHA-1, as Debian's packages have them. */
  private static final int CUT = 20;

  private static final int TAIL = 16;

  private final Path file;
  private final long[] tails;

  private BadKeyList(Path file, long[] tails) {
    this.file = file;
    this.tails = tails;
  }

  /**
   * Reads the file; blocks. Throws {@link IllegalArgumentException} with one sentence where it is
   * not there, names no key, or has a line that is no form of a key.
   */
  static BadKeyList read(Path file) {
    try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
      long[] tails = tails(file, reader);
      if (tails.length == 0) {
        throw refusal(file + " has no key in it: fetch it anew, or take it out of the setting");
      }
      Arrays.sort(tails);
      return new BadKeyList(file, tails);
    } catch (IOException e) {
      throw refusal(
          file + " cannot be read: name a file that is there and that the broker's user may read");
    }
  }

  private static long[] tails(Path file, BufferedReader reader) throws IOException {
    long[] tails = new long[1_024];
    int count = 0;
    int number = 0;
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      number++;
      if (line.isBlank() || line.charAt(0) == COMMENT) {
        continue;
      }
      if (!isKey(line)) {
        throw refusal(
            "line %d of %s is no key: write 64 or 20 hexadecimal digits, spki: and 64, or # before a comment"
                .formatted(number, file));
      }
      if (count == tails.length) {
        tails = Arrays.copyOf(tails, 2 * count);
      }
      tails[count++] = HexFormat.fromHexDigitsToLong(line, line.length() - TAIL, line.length());
    }
    return Arrays.copyOf(tails, count);
  }

  private static boolean isKey(String line) {
    boolean marked = line.startsWith(INFO);
    String digits = marked ? line.substring(INFO.length()) : line;
    return (digits.length() == WHOLE || (digits.length() == CUT && !marked))
        && digits.chars().allMatch(HexFormat::isHexDigit);
  }

  private static IllegalArgumentException refusal(String what) {
    return new IllegalArgumentException("mayfly.credential.known-bad-keys: " + what);
  }

  /** Whether a key with these digests is on it. */
  boolean hasAny(long... keys) {
    return Arrays.stream(keys).anyMatch(tail -> Arrays.binarySearch(tails, tail) >= 0);
  }

  /** As it was configured. */
  Path file() {
    return file;
  }

  int size() {
    return tails.length;
  }
}
