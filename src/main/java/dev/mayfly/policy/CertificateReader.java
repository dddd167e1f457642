package dev.mayfly.policy;

import java.math.BigInteger;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Reads what a role says under {@code x509} and {@code ssh}. */
final class CertificateReader {

  private static final Pattern OID =
      Pattern.compile(
          "(?:[01]\\.(?:[0-9]|[1-3][0-9])|2\\.(?:0|[1-9][0-9]{0,8}))(?:\\.(?:0|[1-9][0-9]{0,8})){1,19}");

  /** What OpenSSH knows (PROTOCOL.certkeys), or a name with a domain. */
  private static final Pattern EXTENSION =
      Pattern.compile(
          "no-touch-required|permit-(X11|agent|port)-forwarding|permit-pty|permit-user-rc"
              + "|[a-zA-Z0-9-]{1,64}@[a-zA-Z0-9.-]{1,64}");

  /**
   * Any purpose; who speaks for the issuer of a certificate; time stamping, which stands alone (RFC
   * 3161 2.3).
   */
  private static final Set<String> NEVER =
      Set.of("2.5.29.37.0", "1.3.6.1.5.5.7.3.9", "1.3.6.1.5.5.7.3.8");

  /** As sshd reads an address; Java would take {@code 10.0} for one, too. */
  private static final Pattern ADDRESS =
      Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

  private static final int MOST_PRINCIPALS = 256;

  private static final int LONGEST_COMMAND = 4096;

  private static final String NAME_SHOULD =
      "dns:HOST, ip:ADDRESS, email:ADDRESS or uri:URI, in lower case and without a wildcard";

  private CertificateReader() {}

  static X509Rules x509(Section section) {
    X509Rules.Profile profile =
        section.value(
            "profile",
            X509Rules.Profile::named,
            FindingCode.BAD_VALUE,
            "svid, tls-server, tls-client or custom",
            X509Rules.Profile.SVID);
    X509Rules rules =
        new X509Rules(
            profile,
            read(section, "names", CertificateName::parse, NAME_SHOULD),
            section
                .optionalTexts(
                    "extended-key-usage",
                    text -> OID.matcher(text).matches() && !NEVER.contains(text),
                    FindingCode.BAD_VALUE,
                    "the dotted object identifier of a purpose that may be given")
                .orElse(Set.of()),
            PolicyParser.duration(section, "ttl"));
    insist(
        section,
        "names",
        (profile == X509Rules.Profile.SVID) == rules.names().isEmpty(),
        "an svid has no names but the SPIFFE ID; all others name at least one");
    insist(
        section,
        "extended-key-usage",
        (profile == X509Rules.Profile.CUSTOM) != rules.extendedKeyUsage().isEmpty(),
        "extended-key-usage belongs to the profile custom, which needs it");
    section.done();
    return rules;
  }

  static SshRules ssh(Section section) {
    SshRules.Type type =
        section.value(
            "type",
            CertificateReader::type,
            FindingCode.BAD_VALUE,
            "user or host",
            SshRules.Type.USER);
    SshRules rules =
        new SshRules(
            type,
            read(
                section,
                "principals",
                text -> SshRules.Principal.parse(text, type),
                "a name of letters, digits, dots, hyphens and underscores"),
            section
                .optionalTexts(
                    "source-address",
                    CertificateReader::isBlock,
                    FindingCode.BAD_VALUE,
                    "a CIDR block, e.g. 10.0.0.0/8")
                .orElse(Set.of()),
            section.optionalValue(
                "force-command",
                text -> Optional.of(text).filter(CertificateReader::isCommand),
                FindingCode.BAD_VALUE,
                "one line of text"),
            section
                .optionalTexts(
                    "extensions",
                    text -> EXTENSION.matcher(text).matches(),
                    FindingCode.BAD_VALUE,
                    "the name of an extension, e.g. permit-pty")
                .orElse(Set.of()),
            PolicyParser.duration(section, "ttl"));
    insist(
        section,
        "principals",
        !rules.principals().isEmpty(),
        "a certificate without principals is good for anybody: name at least one");
    insist(
        section,
        "principals",
        rules.principals().size() <= MOST_PRINCIPALS,
        "OpenSSH takes at most 256 principals");
    insist(
        section,
        "type",
        type == SshRules.Type.USER || isPlain(rules),
        "a host's certificate has no source-address, force-command or extensions");
    section.done();
    return rules;
  }

  private static boolean isPlain(SshRules rules) {
    return rules.sourceAddress().isEmpty()
        && rules.forceCommand().isEmpty()
        && rules.extensions().isEmpty();
  }

  private static <T> List<T> read(
      Section section, String key, Function<String, Optional<T>> syntax, String should) {
    List<T> read = new ArrayList<>();
    section
        .optionalTexts(key, text -> syntax.apply(text).isPresent(), FindingCode.BAD_VALUE, should)
        .orElse(Set.of())
        .forEach(text -> syntax.apply(text).ifPresent(read::add));
    return read;
  }

  private static void insist(Section section, String key, boolean holds, String message) {
    if (!holds) {
      section.error(FindingCode.BAD_VALUE, key, message);
    }
  }

  private static Optional<SshRules.Type> type(String text) {
    return switch (text) {
      case "user" -> Optional.of(SshRules.Type.USER);
      case "host" -> Optional.of(SshRules.Type.HOST);
      default -> Optional.empty();
    };
  }

  /** sshd hands it to a shell as it stands; an end of line in it would be another command. */
  private static boolean isCommand(String text) {
    return !text.isBlank()
        && text.length() <= LONGEST_COMMAND
        && text.chars().noneMatch(Character::isISOControl);
  }

  /** RFC 4632 3.1, RFC 4291 2.3; a literal address, so nothing is looked up. */
  private static boolean isBlock(String text) {
    int slash = text.indexOf('/');
    if (slash < 0
        || !ADDRESS.matcher(text.substring(0, slash)).matches()
        || !text.substring(slash + 1).matches("[0-9]{1,3}")) {
      return false;
    }
    try {
      byte[] address = InetAddress.ofLiteral(text.substring(0, slash)).getAddress();
      int behind = address.length * Byte.SIZE - Integer.parseInt(text.substring(slash + 1));
      // sshd refuses a certificate whose block has a bit set behind the prefix.
      return behind >= 0
          && new BigInteger(1, address).mod(BigInteger.TWO.pow(behind)).signum() == 0;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** What a ceiling says, or the one for tokens. */
  static Duration ceiling(Section section, String key, Duration jwt) {
    return PolicyParser.optionalDuration(section, key).orElse(jwt);
  }
}
