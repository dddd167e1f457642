package dev.mayfly.cli;

import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The list of subcommands. Reading a command's annotations takes tens of milliseconds, so only the
 * one that was asked for is read; the others are a name and a line in the help.
 */
final class Commands {

  private record Entry(String name, String line) {}

  private static final List<Entry> ENTRIES =
      List.of(
          new Entry("login", "Log in, by a code that you confirm in a browser."),
          new Entry("logout", "End this machine's session, and all that was given under it."),
          new Entry("whoami", "Who is logged in here, with which groups, until when."),
          new Entry("token", "Get a token; it is printed alone."),
          new Entry("verify", "Verify a token offline; --watch tells the moment it dies."),
          new Entry("introspect", "Ask the broker about a token."),
          new Entry("revoke", "Take back a token, credential, grant, identity or key."),
          new Entry("resume", "Let a suspended identity in again."),
          new Entry("retire", "Retire a suspended identity, for good."),
          new Entry("roles", "See the roles you may request, and who decides."),
          new Entry("request", "Request roles for a stated time and reason."),
          new Entry("ensure", "Make sure to hold a role: begin with it, or request it."),
          new Entry("inbox", "See what waits for your decision or review."),
          new Entry("approve", "Approve a request."),
          new Entry("deny", "Deny a request."),
          new Entry("grants", "See who holds which role, until when; yours by default."),
          new Entry("activate", "Begin with an approved grant."),
          new Entry("extend", "Ask for more time."),
          new Entry("end", "End a grant, or take a request back."),
          new Entry("review", "Close the review of a break-glass."),
          new Entry("run", "Run a command with a token of a role that you hold."),
          new Entry("certificate", "Get a certificate: X.509 or SSH."),
          new Entry("ssh", "Log in by SSH with a certificate of a role that you hold."),
          new Entry("ssh-config", "Print what ssh needs to believe the fleet's hosts."),
          new Entry("identities", "See who may ask, and who answers for them."),
          new Entry("credentials", "See credentials that perhaps nobody received."),
          new Entry("join-token", "Let instances of workloads in, by tokens good once."),
          new Entry("keys", "See the broker's signing keys."),
          new Entry("ca", "Have the broker's root signed by your organisation's."),
          new Entry("audit", "Read the audit log."),
          new Entry("policy", "Check a policy document before it is used."),
          new Entry("assertion", "Print a client assertion, for curl."),
          new Entry("proof", "Print a DPoP proof, for curl."),
          new Entry("info", "What broker this is and how it is set up."),
          new Entry("ready", "Wait until the broker is ready."),
          new Entry("completion", "Print the completion script for bash and zsh."),
          new Entry("help", "Show help: mayfly help COMMAND."));

  private Commands() {}

  /** Whether there is a command of that name. */
  static boolean has(String name) {
    return ENTRIES.stream().anyMatch(entry -> entry.name().equals(name));
  }

  /** The command line with one subcommand whole and the others by name. */
  static CommandLine with(Optional<String> wanted, Surroundings around) {
    CommandLine root = new CommandLine(root());
    for (Entry entry : ENTRIES) {
      boolean whole = wanted.filter(entry.name()::equals).isPresent();
      root.addSubcommand(entry.name(), whole ? whole(entry, around) : new CommandLine(stub(entry)));
    }
    return root;
  }

  /** Every subcommand whole, for what must know them all. */
  static CommandLine all(Surroundings around) {
    CommandLine root = new CommandLine(root());
    for (Entry entry : ENTRIES) {
      root.addSubcommand(entry.name(), whole(entry, around));
    }
    return root;
  }

  private static CommandSpec root() {
    CommandSpec root = CommandSpec.create().name("mayfly");
    root.usageMessage()
        .description("Short-lived credentials: get them, check them, take them back.", "")
        .synopsisSubcommandLabel("COMMAND")
        .commandListHeading("%nCommands:%n")
        .footer(
            "",
            "MAYFLY_BROKER, MAYFLY_CA, MAYFLY_KEY_FILE, MAYFLY_CLIENT, MAYFLY_JOIN_TOKEN and",
            "MAYFLY_TOKEN stand in for options.",
            "Exit codes: 0 done, 2 wrong usage, 3 refused, 4 not authenticated, 5 broker away.");
    root.addOption(helpOption());
    root.addOption(
        OptionSpec.builder("--version").versionHelp(true).description("Show the version.").build());
    return root.version("mayfly " + version());
  }

  static OptionSpec helpOption() {
    return OptionSpec.builder("-h", "--help")
        .usageHelp(true)
        .description("Show this help.")
        .build();
  }

  private static String version() {
    String version = Commands.class.getPackage().getImplementationVersion();
    return version == null ? "(from sources)" : version;
  }

  private static CommandSpec stub(Entry entry) {
    CommandSpec stub = CommandSpec.create().name(entry.name());
    stub.usageMessage().description(entry.line());
    return stub;
  }

  private static CommandLine whole(Entry entry, Surroundings around) {
    CommandLine command = commandLine(entry, around);
    asWritten(command);
    command.getSubcommands().values().forEach(Commands::asWritten);
    return command;
  }

  /** Options stand in the help as they do in the code: what belongs together is together. */
  private static void asWritten(CommandLine command) {
    command.getCommandSpec().usageMessage().sortOptions(false).sortSynopsis(false);
  }

  private static CommandLine commandLine(Entry entry, Surroundings around) {
    return switch (entry.name()) {
      case "login" -> new CommandLine(new LoginCommand(around));
      case "logout" -> new CommandLine(new LogoutCommand(around));
      case "whoami" -> new CommandLine(new WhoamiCommand(around));
      case "token" -> new CommandLine(new TokenCommand(around));
      case "verify" -> new CommandLine(new VerifyCommand(around));
      case "introspect" -> new CommandLine(new IntrospectCommand(around));
      case "revoke" -> new CommandLine(new RevokeCommand(around));
      case "grants" ->
          new CommandLine(new GrantsCommand(around))
              .addSubcommand(new GrantsCommand.ListGrants(around))
              .addSubcommand(new GrantsCommand.ShowGrant(around))
              .addSubcommand(new GrantsCommand.History(around));
      case "roles" -> new CommandLine(new RolesCommand(around));
      case "request" -> new CommandLine(new RequestCommand(around));
      case "ensure" -> new CommandLine(new EnsureCommand(around));
      case "inbox" -> new CommandLine(new InboxCommand(around));
      case "approve" -> new CommandLine(new ActCommands.Approve(around));
      case "deny" -> new CommandLine(new ActCommands.Deny(around));
      case "activate" -> new CommandLine(new ActCommands.Activate(around));
      case "extend" -> new CommandLine(new ActCommands.Extend(around));
      case "end" -> new CommandLine(new ActCommands.End(around));
      case "review" -> new CommandLine(new ActCommands.Review(around));
      case "run" -> new CommandLine(new RunCommand(around)).setStopAtPositional(true);
      case "certificate" ->
          new CommandLine(CommandSpec.forAnnotatedObject(CertificateCommand.class))
              .addSubcommand(new X509Command(around))
              .addSubcommand(new SshCertificateCommand(around));
      case "ssh" -> new CommandLine(new SshCommand(around)).setStopAtPositional(true);
      case "ssh-config" -> new CommandLine(new SshConfigCommand(around));
      case "resume" -> new CommandLine(new SuspendedCommands.Resume(around));
      case "retire" -> new CommandLine(new SuspendedCommands.Retire(around));
      case "credentials" -> new CommandLine(new CredentialsCommand(around));
      case "identities" -> new CommandLine(new IdentitiesCommand(around));
      case "join-token" ->
          new CommandLine(CommandSpec.forAnnotatedObject(JoinTokenCommand.class))
              .addSubcommand(new JoinTokenCommand.Create(around))
              .addSubcommand(new JoinTokenCommand.ListTokens(around))
              .addSubcommand(new JoinTokenCommand.Withdraw(around));
      case "keys" ->
          new CommandLine(CommandSpec.forAnnotatedObject(KeysCommand.class))
              .addSubcommand(new KeysCommand.ListKeys(around));
      case "ca" ->
          new CommandLine(CommandSpec.forAnnotatedObject(CaCommand.class))
              .addSubcommand(new CaCommand.Csr(around))
              .addSubcommand(new CaCommand.Import(around));
      case "audit" -> new CommandLine(new AuditCommand(around));
      case "policy" ->
          new CommandLine(CommandSpec.forAnnotatedObject(PolicyCommand.class))
              .addSubcommand(new PolicyCommand.Lint(around));
      case "assertion" -> new CommandLine(new SignCommands.Assertion(around));
      case "proof" -> new CommandLine(new SignCommands.Proof(around));
      case "info" -> new CommandLine(new InfoCommand(around));
      case "ready" -> new CommandLine(new ReadyCommand(around));
      case "completion" -> new CommandLine(new CompletionCommand(around));
      default -> new CommandLine(stub(entry));
    };
  }
}
