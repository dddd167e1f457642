package dev.mayfly.cli;

import dev.mayfly.cli.broker.Exit;
import dev.mayfly.cli.broker.Stop;
import dev.mayfly.cli.screen.Screen;
import dev.mayfly.policy.Finding;
import dev.mayfly.policy.PolicyDocument;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code mayfly policy}: the broker's own judgement of a policy, before the broker sees it. */
@Command(name = "policy", description = "Check a policy document before it is used.")
final class PolicyCommand {

  private PolicyCommand() {}

  /** {@code mayfly policy lint FILE}. */
  @Command(
      name = "lint",
      description = {
        "Judge a policy document as the broker will; asks nobody.",
        "Ends with 3 when there are errors, so that a review can require it."
      },
      footer = {"", "Example:", "  mayfly policy lint keys-dev/policy.yaml"})
  static final class Lint implements Callable<Integer> {

    private final Surroundings around;

    @Mixin private final OutputOptions output = new OutputOptions();

    @Parameters(paramLabel = "FILE", description = "The document, or - for standard input.")
    private String file = "";

    Lint(Surroundings around) {
      this.around = around;
    }

    @Override
    public Integer call() throws Stop {
      PolicyDocument.Judged judged = PolicyDocument.judge(content(), around.clock().instant());
      if (output.json()) {
        around.screen().json(json(judged));
      } else {
        show(judged);
      }
      return judged.isClean() ? Exit.OK : Exit.REFUSED;
    }

    private String content() throws Stop {
      try {
        byte[] bytes =
            file.equals("-") ? around.in().readAllBytes() : Files.readAllBytes(Path.of(file));
        return new String(bytes, StandardCharsets.UTF_8);
      } catch (IOException e) {
        throw Stop.usage("cannot read " + file, "check the path and who may read it");
      }
    }

    private void show(PolicyDocument.Judged judged) {
      Screen screen = around.screen();
      String name = file.equals("-") ? "stdin" : file;
      judged.findings().forEach(finding -> screen.print(line(name, finding, screen)));
      long errors = judged.findings().stream().filter(Finding::isError).count();
      long warnings = judged.findings().size() - errors;
      String count = count(errors, "error") + ", " + count(warnings, "warning");
      screen.note((judged.isClean() ? screen.good("ok") : screen.bad("not ok")) + "  " + count);
    }

    /** As compilers write it, so that editors can jump there. */
    private static String line(String name, Finding finding, Screen screen) {
      String severity = finding.isError() ? screen.bad("error") : screen.warn("warning");
      return "%s:%d:%d: %s %s %s"
          .formatted(
              Screen.plain(name),
              finding.line(),
              finding.column(),
              severity,
              screen.bold(finding.code()),
              Screen.plain(finding.message()));
    }

    private static String count(long number, String what) {
      return (number == 0 ? "no" : Long.toString(number)) + " " + what + (number == 1 ? "" : "s");
    }

    private static Map<String, Object> json(PolicyDocument.Judged judged) {
      List<Map<String, Object>> findings = judged.findings().stream().map(Lint::json).toList();
      Map<String, Object> members = new LinkedHashMap<>();
      members.put("ok", judged.isClean());
      members.put("findings", findings);
      return members;
    }

    private static Map<String, Object> json(Finding finding) {
      Map<String, Object> members = new LinkedHashMap<>();
      members.put("line", finding.line());
      members.put("column", finding.column());
      members.put("severity", finding.isError() ? "error" : "warning");
      members.put("code", finding.code());
      members.put("message", finding.message());
      return members;
    }
  }
}
