package bench;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;

/**
 * Something that is looked up again and again.
 *
 * @param rendered the bytes of the n-th time
 * @param mustHold what stands in every good answer
 */
record Question(String what, IntFunction<byte[]> rendered, String mustHold) {

  byte[][] times(int count) {
    byte[][] requests = new byte[count][];
    for (int i = 0; i < count; i++) {
      requests[i] = rendered.apply(i);
    }
    return requests;
  }

  Load.Judge judge() {
    byte[] wanted = mustHold.toLowerCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8);
    return (number, answer) -> answer.isOk() && answer.holds(wanted);
  }

  /** Asked by people in turn. */
  static Question of(
      String what, Wire wire, String nonce, String mustHold, List<Member> askers, String path) {
    return new Question(
        what, n -> wire.asked(askers.get(n % askers.size()), "GET", path, "", nonce), mustHold);
  }

  /** As above, a path for each. */
  static Question each(
      String what,
      Wire wire,
      String nonce,
      String mustHold,
      List<Member> askers,
      IntFunction<String> paths) {
    return new Question(
        what,
        n -> wire.asked(askers.get(n % askers.size()), "GET", paths.apply(n), "", nonce),
        mustHold);
  }

  static Question byOperator(
      String what, Wire wire, String bearer, String mustHold, IntFunction<String> paths) {
    return new Question(what, n -> wire.asked(bearer, paths.apply(n)), mustHold);
  }
}
