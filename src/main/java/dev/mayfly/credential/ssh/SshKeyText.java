package dev.mayfly.credential.ssh;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import java.util.Base64;
import java.util.regex.Pattern;

/** Finds the key's octets in the text that a stranger sent. */
final class SshKeyText {

  /** An RSA key of 8192 bits is 1,400 characters; the rest is room for its comment. */
  private static final int LONGEST = 4096;

  /** Three zero octets and the length of the type's name: how every blob begins. */
  private static final String BLOB_BEGINS = "AAAA";

  private static final Pattern BLANKS = Pattern.compile("[ \t]+");

  private SshKeyText() {}

  static Outcome<byte[]> blob(String text) {
    if (text.length() > LONGEST) {
      return malformed("an SSH public key has at most " + LONGEST + " characters");
    }
    String line = text.strip();
    if (line.chars().anyMatch(c -> c != '\t' && Character.isISOControl(c))) {
      return malformed("an SSH public key is one line of text");
    }
    String[] words = BLANKS.split(line, 3);
    if (words[0].startsWith(BLOB_BEGINS)) {
      return words.length == 1
          ? decoded(words[0])
          : malformed("a bare SSH public key is base64 and nothing else");
    }
    return typed(words);
  }

  private static Outcome<byte[]> typed(String... words) {
    String name = words[0];
    Outcome<SshKeyType> type = SshKeyBlob.type(name);
    if (type instanceof Outcome.Refused<SshKeyType> && !SshKeyBlob.isKnownBad(name)) {
      return malformed(
          "an SSH public key begins with its type, e.g. ssh-ed25519; options are not taken");
    }
    if (words.length < 2) {
      return malformed("behind the type of an SSH public key stands its base64");
    }
    return type.then(_ -> decoded(words[1])).then(blob -> agreeing(name, blob));
  }

  private static Outcome<byte[]> agreeing(String name, byte[] blob) {
    return new SshReader(blob).text().equals(name)
        ? Outcome.ok(blob)
        : malformed("the SSH public key is not of the type that stands before it");
  }

  /** In the one way of writing it, padding and all: Java's decoder would take others. */
  private static Outcome<byte[]> decoded(String base64) {
    try {
      byte[] blob = Base64.getDecoder().decode(base64);
      return Base64.getEncoder().encodeToString(blob).equals(base64)
          ? Outcome.ok(blob)
          : malformed("the SSH public key is not strict base64");
    } catch (IllegalArgumentException e) {
      return malformed("the SSH public key is not base64");
    }
  }

  private static <T> Outcome<T> malformed(String say) {
    return Outcome.refused(new Refusal.Malformed(SshKeyBlob.MALFORMED, say));
  }
}
