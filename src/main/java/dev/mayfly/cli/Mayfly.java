package dev.mayfly.cli;

import dev.mayfly.cli.broker.Exit;
import dev.mayfly.cli.broker.Stop;
import dev.mayfly.cli.screen.Screen;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/**
 * The command line's entry: finds the subcommand, runs it, and turns what came of it into an exit.
 */
public final class Mayfly {

  private static final int WIDTH = 100;

  private Mayfly() {}

  public static void main(String... arguments) {
    System.exit(run(surroundings(), arguments));
  }

  static int run(Surroundings around, String... arguments) {
    String[] said = known(helpAsOption(arguments));
    Optional<String> wanted = said.length == 0 ? Optional.empty() : Optional.of(said[0]);
    CommandLine command = Commands.with(wanted, around);
    withHelpEverywhere(command);
    Screen screen = around.screen();
    command.setOut(writer(screen.out()));
    command.setErr(writer(screen.err()));
    command.setColorScheme(
        CommandLine.Help.defaultColorScheme(screen.colour() ? Ansi.ON : Ansi.OFF));
    command.setUsageHelpWidth(WIDTH);
    command.setExpandAtFiles(false);
    command.setParameterExceptionHandler((e, _) -> usage(e, screen));
    command.setExecutionExceptionHandler((e, ran, parsed) -> stopped(e, said, screen));
    if (said.length == 0) {
      command.usage(screen.out());
      return Exit.USAGE;
    }
    return command.execute(said);
  }

  /** {@code help token} is {@code token --help}: one way to write help, loaded only when asked. */
  private static String[] helpAsOption(String... arguments) {
    if (arguments.length == 0 || !arguments[0].equals("help")) {
      return arguments;
    }
    boolean all = arguments.length == 1 || arguments[1].startsWith("-");
    return all ? new String[] {"--help"} : new String[] {arguments[1], "--help"};
  }

  /** A command that is not there has no help: it is what is wrong, whatever else was said. */
  private static String[] known(String... said) {
    boolean strange = said.length > 1 && !said[0].startsWith("-") && !Commands.has(said[0]);
    return strange ? new String[] {said[0]} : said;
  }

  private static void withHelpEverywhere(CommandLine command) {
    for (CommandLine sub : command.getSubcommands().values()) {
      if (!sub.getCommandSpec().optionsMap().containsKey("--help")) {
        sub.getCommandSpec().addOption(Commands.helpOption());
      }
      withHelpEverywhere(sub);
    }
  }

  private static int usage(CommandLine.ParameterException e, Screen screen) {
    CommandLine at = e.getCommandLine();
    complain(screen, Screen.plain(String.valueOf(e.getMessage())));
    if (isOptionBeforeTheCommand(e)) {
      advise(screen, "options stand behind their command: mayfly COMMAND --option");
    } else if (!CommandLine.UnmatchedArgumentException.printSuggestions(e, at.getErr())) {
      advise(screen, "try: " + at.getCommandSpec().qualifiedName() + " --help");
    }
    return Exit.USAGE;
  }

  private static boolean isOptionBeforeTheCommand(CommandLine.ParameterException e) {
    return e instanceof CommandLine.UnmatchedArgumentException unmatched
        && e.getCommandLine().getParent() == null
        && unmatched.getUnmatched().getFirst().startsWith("-");
  }

  private static int stopped(Exception e, String[] said, Screen screen) {
    if (!(e instanceof Stop stop)) {
      complain(screen, "this should not happen: " + e.getClass().getSimpleName());
      advise(screen, "run it again with MAYFLY_DEBUG=true for where, and report it");
      if ("true".equals(System.getenv("MAYFLY_DEBUG"))) {
        e.printStackTrace(screen.err());
      }
      return Exit.UNEXPECTED;
    }
    if (wantsJson(said)) {
      screen.json(asJson(stop));
    }
    complain(screen, Screen.plain(String.valueOf(stop.getMessage())));
    advise(screen, Screen.plain(stop.advice()));
    return stop.exit();
  }

  /** What stands after {@code --} is said to another command. */
  private static boolean wantsJson(String... said) {
    return Arrays.stream(said).takeWhile(word -> !word.equals("--")).anyMatch("--json"::equals);
  }

  private static Map<String, Object> asJson(Stop stop) {
    Map<String, Object> error = new LinkedHashMap<>();
    error.put("error", stop.code());
    error.put("message", String.valueOf(stop.getMessage()));
    return error;
  }

  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(stream, true, StandardCharsets.UTF_8);
  }

  private static void complain(Screen screen, String what) {
    screen.note(screen.bad("mayfly: ") + what);
  }

  private static void advise(Screen screen, String advice) {
    if (!advice.isEmpty()) {
      screen.note("        " + advice);
    }
  }

  private static Surroundings surroundings() {
    Map<String, String> environment = System.getenv();
    PrintStream out =
        new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
    PrintStream err =
        new PrintStream(new FileOutputStream(FileDescriptor.err), false, StandardCharsets.UTF_8);
    return new Surroundings(
        environment,
        Clock.systemUTC(),
        ZoneId.systemDefault(),
        System.in,
        Boolean.getBoolean("mayfly.asking"),
        new Screen(out, err, colourWelcome(environment), Integer.getInteger("mayfly.columns", 0)),
        Thread::sleep);
  }

  /** The launcher says whether a terminal reads; NO_COLOR (no-color.org) has the last word. */
  private static boolean colourWelcome(Map<String, String> environment) {
    boolean unwanted = !environment.getOrDefault("NO_COLOR", "").isEmpty();
    boolean dumb = "dumb".equals(environment.get("TERM"));
    return Boolean.getBoolean("mayfly.terminal") && !unwanted && !dumb;
  }
}
