package dev.mayfly.cli;

import dev.mayfly.cli.broker.Exit;
import dev.mayfly.cli.broker.Json;
import dev.mayfly.cli.broker.Stop;
import dev.mayfly.cli.screen.Screen;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mayfly ca}: has the broker's root signed by the organisation's own. */
@Command(name = "ca", description = "Have the broker's root signed by your organisation's.")
final class CaCommand {

  private static final String ROOT = "/v1/authorities/root";
  private static final String AUTHORITIES = "mayfly:authorities";

  private CaCommand() {}

  /** {@code mayfly ca csr}. */
  @Command(
      name = "csr",
      description = {
        "Print the request (PKCS#10, PEM) that your organisation's root signs: an authority with",
        "a path length of at least 1, for keyCertSign and cRLSign."
      })
  static final class Csr implements Callable<Integer> {

    private final Surroundings around;

    @Mixin private final OperatorOptions operator = new OperatorOptions();
    @Mixin private final OutputOptions output = new OutputOptions();

    @Option(names = "--out", paramLabel = "FILE", description = "Write it there instead.")
    private Optional<Path> out = Optional.empty();

    Csr(Surroundings around) {
      this.around = around;
    }

    @Override
    public Integer call() throws Stop {
      Json answer = operator.open(around, OperatorOptions.READ).get(ROOT + "/csr");
      Screen screen = around.screen();
      if (out.isPresent()) {
        CertificateFiles.write(out.get(), answer.show("csr"));
      }
      if (output.json()) {
        screen.json(answer.members());
      } else if (out.isPresent()) {
        screen.print(out.get() + "  of key " + Screen.plain(answer.show("key")));
      } else {
        screen.print(answer.show("csr").stripTrailing());
      }
      return Exit.OK;
    }
  }

  /** {@code mayfly ca import}. */
  @Command(
      name = "import",
      description = {
        "Bring what your organisation's root has signed: in PEM, the certificate for the broker's",
        "key first, each signed by the next. The organisation's root may be the last."
      })
  static final class Import implements Callable<Integer> {

    private final Surroundings around;

    @Mixin private final OperatorOptions operator = new OperatorOptions();
    @Mixin private final OutputOptions output = new OutputOptions();

    @Parameters(paramLabel = "FILE", description = "The chain.")
    private Path file = Path.of("");

    @Option(
        names = "--reason",
        paramLabel = "TEXT",
        description = "Why it takes the place of another one; without it nothing is replaced.")
    private Optional<String> reason = Optional.empty();

    Import(Surroundings around) {
      this.around = around;
    }

    @Override
    public Integer call() throws Stop {
      Map<String, Object> body = new LinkedHashMap<>();
      body.put("chain", CertificateFiles.read(file));
      reason.ifPresent(why -> body.put("reason", why));
      Json answer = operator.open(around, AUTHORITIES).post(ROOT, body);
      Screen screen = around.screen();
      if (output.json()) {
        screen.json(answer.members());
        return Exit.OK;
      }
      boolean fresh = answer.isTrue("fresh");
      screen.print(
          "%s  %s, until %s"
              .formatted(
                  screen.good(fresh ? "imported" : "unchanged"),
                  Screen.plain(answer.show("subject")),
                  Screen.plain(answer.show("not_after"))));
      return Exit.OK;
    }
  }
}
