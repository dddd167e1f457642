package dev.mayfly.credential.x509;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A certificate taken apart (RFC 5280 4.1) by a reader of its own, so that what Bouncy Castle wrote
 * is not judged by Bouncy Castle.
 */
@SuppressWarnings("ArrayRecordComponent") // read once, compared by nobody
record ParsedCertificate(
    byte[] toBeSigned,
    byte[] outerAlgorithm,
    BigInteger version,
    BigInteger serial,
    byte[] innerAlgorithm,
    byte[] issuer,
    Instant notBefore,
    Instant notAfter,
    byte[] subject,
    byte[] spki,
    boolean uniqueIds,
    List<Extension> extensions) {

  /** RFC 5280 4.1.2.5: seconds, and Z; 2050 is the first year of the other form. */
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuuMMddHHmmss'Z'").withResolverStyle(ResolverStyle.STRICT);

  private static final int UTC_LENGTH = 13;
  private static final int GENERALIZED_LENGTH = 15;
  private static final int CENTURY_TURNS = 50;

  private static final int MOST_SERIAL_BYTES = 20; // RFC 5280 4.1.2.2
  private static final byte[] EMPTY_NAME = {Der.SEQUENCE, 0};

  record Extension(String oid, boolean critical, byte[] value) {}

  /** Its three parts (RFC 5280 4.1.1), the first of them unread. */
  @SuppressWarnings("ArrayRecordComponent") // as above
  record Parts(byte[] toBeSigned, byte[] algorithm, byte[] signature) {

    static Parts read(byte[] der) throws NotDer {
      Der outer = Der.of(der);
      Der certificate = outer.enter(Der.SEQUENCE);
      outer.end();
      Parts parts =
          new Parts(
              certificate.element(Der.SEQUENCE),
              certificate.element(Der.SEQUENCE),
              certificate.octetsOfBitString());
      certificate.end();
      return parts;
    }
  }

  static ParsedCertificate read(byte[] der) throws NotDer {
    Parts parts = Parts.read(der);
    Der fields = Der.of(parts.toBeSigned()).enter(Der.SEQUENCE);
    BigInteger version = version(fields);
    BigInteger serial = fields.integer(MOST_SERIAL_BYTES);
    byte[] inner = fields.element(Der.SEQUENCE);
    byte[] issuer = fields.element(Der.SEQUENCE);
    Der validity = fields.enter(Der.SEQUENCE);
    Instant notBefore = time(validity);
    Instant notAfter = time(validity);
    validity.end();
    byte[] subject = fields.element(Der.SEQUENCE);
    byte[] spki = fields.element(Der.SEQUENCE);
    boolean uniqueIds = false;
    while (fields.isAt(Der.CONTEXT | 1) || fields.isAt(Der.CONTEXT | 2)) {
      fields.content(fields.tag());
      uniqueIds = true;
    }
    List<Extension> extensions = extensions(fields);
    fields.end();
    return new ParsedCertificate(
        parts.toBeSigned(),
        parts.algorithm(),
        version,
        serial,
        inner,
        issuer,
        notBefore,
        notAfter,
        subject,
        spki,
        uniqueIds,
        extensions);
  }

  Optional<Extension> extension(String oid) {
    return extensions.stream().filter(extension -> extension.oid().equals(oid)).findFirst();
  }

  boolean hasEmptySubject() {
    return java.util.Arrays.equals(subject, EMPTY_NAME);
  }

  private static BigInteger version(Der fields) throws NotDer {
    if (!fields.isAt(Der.CONTEXT | Der.CONSTRUCTED)) {
      return BigInteger.ZERO;
    }
    Der explicit = fields.enter(Der.CONTEXT | Der.CONSTRUCTED);
    BigInteger version = explicit.integer(1);
    explicit.end();
    return version;
  }

  private static List<Extension> extensions(Der fields) throws NotDer {
    List<Extension> all = new ArrayList<>();
    if (!fields.hasMore()) {
      return all;
    }
    Der explicit = fields.enter(Der.CONTEXT | Der.CONSTRUCTED | 3);
    Der list = explicit.enter(Der.SEQUENCE);
    explicit.end();
    Set<String> seen = new HashSet<>();
    while (list.hasMore()) {
      Der extension = list.enter(Der.SEQUENCE);
      String oid = extension.oid();
      all.add(new Extension(oid, extension.optionalTrue(), extension.content(Der.OCTET_STRING)));
      extension.end();
      if (!seen.add(oid)) {
        throw new NotDer("an extension stands twice");
      }
    }
    return all;
  }

  private static Instant time(Der validity) throws NotDer {
    int tag = validity.tag();
    boolean utc = tag == Der.UTC_TIME;
    if (!utc && tag != Der.GENERALIZED_TIME) {
      throw new NotDer("a time is of no kind that there is");
    }
    String text = new String(validity.content(tag), StandardCharsets.ISO_8859_1);
    if (text.length() != (utc ? UTC_LENGTH : GENERALIZED_LENGTH)) {
      throw new NotDer("a time is not in seconds with a Z");
    }
    try {
      String full = utc ? century(text) + text : text;
      LocalDateTime time = LocalDateTime.parse(full, TIME);
      if (!utc && time.getYear() < 2050) {
        throw new NotDer("a time before 2050 is no UTCTime");
      }
      return time.toInstant(ZoneOffset.UTC);
    } catch (DateTimeException e) {
      throw new NotDer("a time is none");
    }
  }

  private static String century(String utcTime) {
    return utcTime.substring(0, 2).compareTo(Integer.toString(CENTURY_TURNS)) < 0 ? "20" : "19";
  }
}
