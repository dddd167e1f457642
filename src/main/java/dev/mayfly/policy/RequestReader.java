package dev.mayfly.policy;

import java.net.URI;
import java.util.List;
import java.util.Optional;

/** Reads what a role says under {@code request}. */
final class RequestReader {

  private static final long MAX_WHOLE = 9_007_199_254_740_991L;

  private RequestReader() {}

  static RequestRules read(Section section) {
    Optional<Section> waits = section.optionalSection("waits");
    RequestRules rules =
        new RequestRules(
            PolicyParser.duration(section, "shortest"),
            PolicyParser.duration(section, "usual"),
            PolicyParser.duration(section, "longest"),
            waits.flatMap(some -> PolicyParser.optionalDuration(some, "request")),
            waits.flatMap(some -> PolicyParser.optionalDuration(some, "approval")),
            PolicyParser.optionalDuration(section, "idle"),
            section.named("inputs", Syntax::isWord, Syntax.WORD_SHOULD, RequestReader::input),
            section.optionalText("condition"),
            section.optionalText("auto"),
            section.optionalSection("login").map(RequestReader::login).orElse(LoginDemand.NONE),
            section.has("approval") ? ApprovalReader.stages(section) : List.of(),
            section.sections("checks").stream().map(RequestReader::check).toList(),
            PolicyParser.groups(section, "excludes"),
            section.flag("independent", false),
            PolicyParser.optionalDuration(section, "no-reciprocal"),
            PolicyParser.groups(section, "on-behalf"),
            PolicyParser.groups(section, "agents"),
            section.flag("extend", true),
            section.optionalSection("break-glass").map(RequestReader::breakGlass));
    waits.ifPresent(Section::done);
    section.done();
    return rules;
  }

  private static LoginDemand login(Section section) {
    LoginDemand demand =
        new LoginDemand(
            PolicyParser.optionalDuration(section, "max-age"),
            PolicyParser.groups(section, "acr"),
            PolicyParser.groups(section, "amr"));
    section.done();
    return demand;
  }

  private static Check check(Section section) {
    Check check =
        new Check(
            section.value(
                "name",
                text -> Optional.of(text).filter(Syntax::isWord),
                FindingCode.BAD_NAME,
                Syntax.WORD_SHOULD,
                ""),
            section.value(
                "url",
                Syntax::httpUri,
                FindingCode.BAD_URI,
                "an http or https URI without fragment",
                URI.create("https://none.invalid")),
            PolicyParser.duration(section, "timeout"));
    section.done();
    return check;
  }

  private static BreakGlass breakGlass(Section section) {
    BreakGlass breakGlass =
        new BreakGlass(
            section.texts(
                "reviewers", text -> !text.isBlank(), FindingCode.BAD_VALUE, "a group's name"),
            PolicyParser.duration(section, "within"));
    section.done();
    return breakGlass;
  }

  private static Input input(String name, Section section) {
    Input input =
        section.value(
            "type",
            type -> input(name, type, section),
            FindingCode.BAD_VALUE,
            "string, integer, choice or boolean",
            new Input.Flag(name, "", true));
    section.done();
    return input;
  }

  private static Optional<Input> input(String name, String type, Section section) {
    String description = section.optionalText("description").orElse("");
    boolean optional = section.flag("optional", false);
    return switch (type) {
      case "string" -> Optional.of(new Input.Text(name, description, optional, pattern(section)));
      case "integer" ->
          Optional.of(
              new Input.Whole(
                  name,
                  description,
                  optional,
                  section.wholeNumber("min", -MAX_WHOLE, MAX_WHOLE),
                  section.wholeNumber("max", -MAX_WHOLE, MAX_WHOLE)));
      case "choice" -> Optional.of(new Input.Choice(name, description, optional, of(section)));
      case "boolean" -> Optional.of(new Input.Flag(name, description, optional));
      default -> Optional.empty();
    };
  }

  private static String pattern(Section section) {
    return section.value(
        "pattern",
        text -> Optional.of(text).filter(fits -> fits.length() <= Input.MAX_LENGTH),
        FindingCode.BAD_VALUE,
        "a regular expression of at most %d characters".formatted(Input.MAX_LENGTH),
        "");
  }

  private static List<String> of(Section section) {
    return List.copyOf(
        section.texts(
            "of",
            text -> !text.isBlank() && text.length() <= Input.MAX_LENGTH,
            FindingCode.BAD_VALUE,
            "text of at most %d characters".formatted(Input.MAX_LENGTH)));
  }
}
