package dev.mayfly.revocation.files;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How far a folder has come, as it says itself: two numbers in a file. The first is written before
 * any file changes and the second after all have, so a crash between them is seen, and whoever
 * knows less than what was begun leaves the folder alone (rule 7).
 *
 * @param begun no file is from later
 * @param done every file is as of this number or later
 */
record Progress(long begun, long done) {

  private static final Progress NONE = new Progress(0, 0);
  private static final Pattern TEXT = Pattern.compile("begun ([0-9]{1,18})\ndone ([0-9]{1,18})\n");

  static Progress read(Path file) throws IOException {
    String text;
    try {
      text = Files.readString(file, StandardCharsets.US_ASCII);
    } catch (NoSuchFileException e) {
      return NONE;
    }
    Matcher numbers = TEXT.matcher(text);
    if (!numbers.matches()) {
      throw new IOException(file + " is not what Mayfly wrote: empty the folder");
    }
    return new Progress(Long.parseLong(numbers.group(1)), Long.parseLong(numbers.group(2)));
  }

  byte[] text() {
    return "begun %d\ndone %d\n".formatted(begun, done).getBytes(StandardCharsets.US_ASCII);
  }
}
