package dev.mayfly.credential.keycheck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lists as they are published, as hands spoil them, and what stands at their edges. */
class BadKeyListTest {

  private static final String WHOLE =
      "e9bbbf48364904e5cb019a6ae4d3c199fbe64db781044a5a48935abf5b56f5d0";

  private static final long TAIL = 0x48935abf5b56f5d0L;

  private static final String CUT = "042dcb33f1f6f3ce9eee";

  private static final long TAIL_OF_CUT = 0xcb33f1f6f3ce9eeeL;

  @TempDir Path folder;

  /** The smallest and the largest tails, of either sign, in every order that puts it among them. */
  @Test
  void entryIsFound_whereverItStands() throws Exception {
    List<String> others =
        LongStream.of(0, 1, Long.MAX_VALUE, Long.MIN_VALUE, -1, TAIL - 1, TAIL + 1)
            .mapToObj(tail -> "0".repeat(48) + HexFormat.of().toHexDigits(tail))
            .toList();
    for (int place = 0; place <= others.size(); place++) {
      List<String> lines = new ArrayList<>(others);
      lines.add(place, WHOLE);
      BadKeyList list = BadKeyList.read(file(lines));
      assertThat(list.hasAny(TAIL)).as("at %d", place).isTrue();
      assertThat(list.hasAny(Long.MIN_VALUE)).isTrue();
      assertThat(list.hasAny(Long.MIN_VALUE + 1)).isFalse();
    }
    assertThat(BadKeyList.read(file(others)).hasAny(TAIL)).isFalse();
  }

  /** As many as there is room for at first, one more, and as many again. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 1_023, 1_024, 1_025, 2_048, 2_049})
  void everyEntryIsFound_inAListOfThisLength(int length) throws Exception {
    long[] tails = LongStream.range(0, length).map(i -> i * 0x9e3779b97f4a7c15L).toArray();
    BadKeyList list =
        BadKeyList.read(
            file(
                LongStream.of(tails)
                    .mapToObj(tail -> "f".repeat(48) + HexFormat.of().toHexDigits(tail))
                    .toList()));
    assertThat(list.size()).isEqualTo(length);
    assertThat(LongStream.of(tails).allMatch(list::hasAny)).isTrue();
    assertThat(LongStream.of(tails).noneMatch(tail -> list.hasAny(tail + 1))).isTrue();
  }

  @Test
  void anyDigestOfAKeyIsEnough() throws Exception {
    BadKeyList list = BadKeyList.read(file(List.of(WHOLE, CUT)));
    assertThat(list.hasAny(TAIL_OF_CUT, 5)).isTrue();
    assertThat(list.hasAny(5, TAIL)).isTrue();
    assertThat(list.hasAny(5, 6)).isFalse();
  }

  @Test
  void commentsAndLinesOfNothingAreNoKeys() throws Exception {
    Path file = folder.resolve("list");
    Files.writeString(file, "# of 2008\r\n\r\n  \n" + WHOLE + "\r\n#" + CUT + "\n");
    BadKeyList list = BadKeyList.read(file);
    assertThat(list.size()).isEqualTo(1);
    assertThat(list.hasAny(TAIL)).isTrue();
  }

  @Test
  void lastLineNeedsNoEnd() throws Exception {
    Path file = folder.resolve("list");
    Files.writeString(file, WHOLE + "\n" + CUT);
    assertThat(BadKeyList.read(file).hasAny(TAIL_OF_CUT)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "e9bbbf48364904e5cb019a6ae4d3c199fbe64db781044a5a48935abf5b56f5d",
        "e9bbbf48364904e5cb019a6ae4d3c199fbe64db781044a5a48935abf5b56f5d00",
        "g9bbbf48364904e5cb019a6ae4d3c199fbe64db781044a5a48935abf5b56f5d0",
        "e9bbbf48364904e5cb019a6ae4d3c199fbe64db781044a5a48935abf5b56f5dg",
        "e9bbbf48364904e5cb019a6ae4d3c199fbe64db781044a5a48935abf5b56f5d0  -",
        " e9bbbf48364904e5cb019a6ae4d3c199fbe64db781044a5a48935abf5b56f5d0",
        "e9bbbf48364904e5cb019a6ae4d3c199fbe64db781044a5a48935abf5b56f5d0 ",
        "b724c8256936fad04f50042dcb33f1f6f3ce9eee",
        "5a46c30c1b7e5cf0ab46d9435c3e49e5",
        "042dcb33f1f6f3ce9ee",
        "042dcb33f1f6f3ce9eee0",
        "spki:",
        "spki:042dcb33f1f6f3ce9eee",
        "spki: 92cb2adf0b081030854eb6d9513f4b35f3020623f75ea306a1685143d4af7d30",
        "SPKI:92cb2adf0b081030854eb6d9513f4b35f3020623f75ea306a1685143d4af7d30",
        "spki:spki:92cb2adf0b081030854eb6d9513f4b35f3020623f75ea306a168514",
        "sha256:92cb2adf0b081030854eb6d9513f4b35f3020623f75ea306a1685143d4af7d30",
        "\u0660\u0664\u0662dcb33f1f6f3ce9eee",
        "\uff10\uff14\uff12dcb33f1f6f3ce9ee1",
        "-----BEGIN PUBLIC KEY-----",
        "0"
      })
  void startIsRefused_whenALineIsNoKey(String line) throws Exception {
    Path file = file(List.of("# a comment", WHOLE, line, WHOLE));
    assertThatThrownBy(() -> BadKeyList.read(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "mayfly.credential.known-bad-keys: line 3 of "
                + file
                + " is no key: write 64 or 20 hexadecimal digits, spki: and 64, or # before a comment");
  }

  @Test
  void startIsRefused_whenAFileHasNoKey() throws Exception {
    for (List<String> lines : List.of(List.<String>of(), List.of("# nothing yet", ""))) {
      Path file = file(lines);
      assertThatThrownBy(() -> BadKeyList.read(file))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "mayfly.credential.known-bad-keys: "
                  + file
                  + " has no key in it: fetch it anew, or take it out of the setting");
    }
  }

  @Test
  void startIsRefused_whenAFileCannotBeRead() {
    for (Path file : List.of(folder.resolve("absent"), folder)) {
      assertThatThrownBy(() -> BadKeyList.read(file))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "mayfly.credential.known-bad-keys: "
                  + file
                  + " cannot be read: name a file that is there and that the broker's user may read");
    }
  }

  private Path file(List<String> lines) throws IOException {
    return Files.write(folder.resolve("list"), lines);
  }
}
