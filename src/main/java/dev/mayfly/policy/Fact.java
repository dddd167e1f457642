package dev.mayfly.policy;

/**
 * What one outside fact came to when it was asked for.
 *
 * @param why for people to read: what the answer said, or why there is none; one line
 */
public record Fact(CheckResult.Result result, String why) {

  /** Of a check that nobody has asked: no answer is no yes. */
  public static final Fact NOT_ASKED = failed("it was not asked");

  public static Fact met(String why) {
    return new Fact(CheckResult.Result.MET, why);
  }

  public static Fact notMet(String why) {
    return new Fact(CheckResult.Result.NOT_MET, why);
  }

  /** There is no answer to go by. */
  public static Fact failed(String why) {
    return new Fact(CheckResult.Result.FAILED, why);
  }
}
