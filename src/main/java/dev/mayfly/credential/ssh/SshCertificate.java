package dev.mayfly.credential.ssh;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What an OpenSSH certificate says (draft-ietf-sshm-cert, OpenSSH PROTOCOL.certkeys). None can be
 * made for everybody, for ever or without a serial number: these the format allows, and Mayfly does
 * not.
 *
 * @param serial an unsigned number; zero would be a certificate that no KRL can name
 * @param keyId what sshd writes into its log at each login
 * @param principals users or hosts, at least one: none is everybody for older programs
 * @param validAfter the second from which it is good
 * @param validBefore the first second in which it is no longer good; parts of one are dropped
 */
public record SshCertificate(
    Type type,
    SshPublicKey subject,
    long serial,
    String keyId,
    List<String> principals,
    Instant validAfter,
    Instant validBefore,
    SshOptions options) {

  /** The number by which the wire knows it. */
  public enum Type {
    USER(1),
    HOST(2);

    private final int number;

    Type(int number) {
      this.number = number;
    }
  }

  /** Behind this, programs with signed times see the past. */
  private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");

  private static final int NONCE_OCTETS = 32;

  /**
   * Visible ASCII. Without a comma, which parts principals in configuration files, and without
   * {@code * ? !}, which ssh takes for patterns in a host's certificate.
   */
  private static final Pattern PRINCIPAL = Pattern.compile("[\\x21-\\x7e&&[^,*?!]]{1,255}");

  private static final Pattern KEY_ID = Pattern.compile("[\\x20-\\x7e]{1,1024}");

  private static final int MOST_PRINCIPALS = 256;

  public SshCertificate {
    principals = List.copyOf(principals);
    check(serial != 0, "an SSH certificate has a serial number");
    check(KEY_ID.matcher(keyId).matches(), "a key id is a line of ASCII");
    check(!principals.isEmpty(), "an SSH certificate is for somebody");
    check(principals.size() <= MOST_PRINCIPALS, "OpenSSH takes at most 256 principals");
    for (String principal : principals) {
      check(PRINCIPAL.matcher(principal).matches(), "a principal is one visible word of ASCII");
    }
    check(validAfter.getEpochSecond() >= 0, "an SSH certificate does not begin before 1970");
    check(
        validAfter.getEpochSecond() < validBefore.getEpochSecond(),
        "an SSH certificate ends after it begins");
    check(!validBefore.isAfter(LAST), "an SSH certificate ends");
    check(type == Type.USER || options.isNone(), "a host's certificate has no options");
  }

  /** Signed, with a fresh nonce: the same content is never signed as the same octets twice. */
  public Signed signedBy(SshCa ca, SecureRandom random) {
    byte[] nonce = new byte[NONCE_OCTETS];
    random.nextBytes(nonce);
    byte[] content = content(nonce, ca.key());
    byte[] blob = new SshWriter().raw(content).string(ca.sign(content)).bytes();
    return new Signed(subject.type().certificateName(), blob);
  }

  private byte[] content(byte[] nonce, SshPublicKey ca) {
    return new SshWriter()
        .string(subject.type().certificateName())
        .string(nonce)
        .raw(subject.body())
        .uint64(serial)
        .uint32(type.number)
        .string(keyId)
        .string(packed(principals))
        .uint64(validAfter.getEpochSecond())
        .uint64(validBefore.getEpochSecond())
        .string(options.critical())
        .string(options.permitted())
        .string("")
        .string(ca.blob())
        .bytes();
  }

  private static byte[] packed(List<String> words) {
    SshWriter writer = new SshWriter();
    words.forEach(writer::string);
    return writer.bytes();
  }

  private static void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }

  /** A certificate as it is handed out. */
  public static final class Signed {

    private final String name;
    private final byte[] blob;

    private Signed(String name, byte[] blob) {
      this.name = name;
      this.blob = blob;
    }

    public byte[] blob() {
      return blob.clone();
    }

    /** A line for a file {@code id_...-cert.pub}, without its end. */
    public String line() {
      return name + " " + Base64.getEncoder().encodeToString(blob);
    }
  }
}
