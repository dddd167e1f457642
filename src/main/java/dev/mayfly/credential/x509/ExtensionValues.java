package dev.mayfly.credential.x509;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads the values of the extensions that Mayfly knows (RFC 5280 4.2), in a request as in a
 * certificate.
 */
final class ExtensionValues {

  static final String SUBJECT_KEY_IDENTIFIER = "2.5.29.14";
  static final String KEY_USAGE = "2.5.29.15";
  static final String SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";
  static final String BASIC_CONSTRAINTS = "2.5.29.19";
  static final String CRL_DISTRIBUTION_POINTS = "2.5.29.31";
  static final String AUTHORITY_KEY_IDENTIFIER = "2.5.29.35";
  static final String EXTENDED_KEY_USAGE = "2.5.29.37";
  static final String AUTHORITY_INFORMATION_ACCESS = "1.3.6.1.5.5.7.1.1";
  static final String OCSP_NOCHECK = "1.3.6.1.5.5.7.48.1.5";

  static final String AD_OCSP = "1.3.6.1.5.5.7.48.1";
  static final String AD_CA_ISSUERS = "1.3.6.1.5.5.7.48.2";

  /** Bits of keyUsage, the first named being the highest of a 16-bit number. */
  static final int DIGITAL_SIGNATURE = 0x8000;

  static final int KEY_CERT_SIGN = 0x0400;
  static final int CRL_SIGN = 0x0200;

  /** Nobody needs more names in one certificate, and each is compared. */
  private static final int MOST_NAMES = 100;

  private static final int MOST_PURPOSES = 20;
  private static final int MOST_KEY_IDENTIFIER_BYTES = 64;

  private ExtensionValues() {}

  record BasicConstraints(boolean authority, Optional<Integer> pathLength) {}

  /** One of AuthorityInfoAccess: how, and where. */
  record Access(String method, String uri) {}

  static BasicConstraints basicConstraints(byte[] value) throws NotDer {
    Der constraints = only(value);
    boolean authority = constraints.optionalTrue();
    Optional<Integer> pathLength =
        constraints.hasMore()
            ? Optional.of(constraints.integer(1).intValueExact())
            : Optional.empty();
    constraints.end();
    if (pathLength.isPresent() && (!authority || pathLength.get() < 0)) {
      throw new NotDer("a path length stands where none may");
    }
    return new BasicConstraints(authority, pathLength);
  }

  /** A named bit list without trailing zeros (X.690 11.2.2). */
  static int keyUsage(byte[] value) throws NotDer {
    Der outer = Der.of(value);
    byte[] bits = outer.content(Der.BIT_STRING);
    outer.end();
    if (bits.length < 2 || bits.length > 3 || bits[0] < 0 || bits[0] > 7) {
      throw new NotDer("the key usage is empty or too long");
    }
    int last = bits[bits.length - 1] & 0xff;
    if (Integer.numberOfTrailingZeros(last) != bits[0]) {
      throw new NotDer("the key usage does not end with its last bit");
    }
    return ((bits[1] & 0xff) << Byte.SIZE) | (bits.length > 2 ? last : 0);
  }

  static List<String> extendedKeyUsage(byte[] value) throws NotDer {
    Der list = only(value);
    List<String> purposes = new ArrayList<>();
    while (list.hasMore() && purposes.size() < MOST_PURPOSES) {
      String purpose = list.oid();
      if (purposes.contains(purpose)) {
        throw new NotDer("an extended key usage is named twice");
      }
      purposes.add(purpose);
    }
    list.end();
    if (purposes.isEmpty()) {
      throw new NotDer("the extended key usage is empty");
    }
    return purposes;
  }

  static List<SubjectName> names(byte[] value) throws NotDer {
    Der list = only(value);
    List<SubjectName> names = new ArrayList<>();
    while (list.hasMore() && names.size() < MOST_NAMES) {
      names.add(name(list));
    }
    list.end();
    if (names.isEmpty()) {
      throw new NotDer("the subject alternative name is empty");
    }
    return names;
  }

  private static SubjectName name(Der list) throws NotDer {
    int tag = list.tag();
    for (SubjectName.Kind kind : SubjectName.Kind.values()) {
      if (tag == (Der.CONTEXT | kind.tag())) {
        byte[] content = list.content(tag);
        String text = kind == SubjectName.Kind.IP ? address(content) : Der.ascii(content, "a name");
        try {
          return new SubjectName(kind, text);
        } catch (IllegalArgumentException bad) {
          throw new NotDer("a " + bad.getMessage());
        }
      }
    }
    throw new NotDer("a name is of a kind other than DNS, IP, URI and EMAIL");
  }

  private static String address(byte[] content) throws NotDer {
    if (content.length != 4 && content.length != 16) {
      throw new NotDer("an IP address has 4 bytes or 16");
    }
    return IpText.of(content);
  }

  static byte[] subjectKeyIdentifier(byte[] value) throws NotDer {
    Der outer = Der.of(value);
    byte[] identifier = outer.content(Der.OCTET_STRING);
    outer.end();
    return bounded(identifier);
  }

  /** The key identifier alone: issuer and serial beside it would tie the key to one certificate. */
  static byte[] authorityKeyIdentifier(byte[] value) throws NotDer {
    Der fields = only(value);
    byte[] identifier = fields.content(Der.CONTEXT);
    fields.end();
    return bounded(identifier);
  }

  private static byte[] bounded(byte[] identifier) throws NotDer {
    if (identifier.length == 0 || identifier.length > MOST_KEY_IDENTIFIER_BYTES) {
      throw new NotDer("a key identifier is empty or too long");
    }
    return identifier;
  }

  /** The one URI of the one distribution point; neither reasons nor another issuer beside it. */
  static String distributionPoint(byte[] value) throws NotDer {
    Der points = only(value);
    Der point = points.enter(Der.SEQUENCE);
    points.end();
    Der name = point.enter(Der.CONTEXT | Der.CONSTRUCTED);
    point.end();
    Der full = name.enter(Der.CONTEXT | Der.CONSTRUCTED);
    name.end();
    String uri = uri(full);
    full.end();
    return uri;
  }

  static List<Access> access(byte[] value) throws NotDer {
    Der list = only(value);
    List<Access> all = new ArrayList<>();
    while (list.hasMore() && all.size() < 2) {
      Der description = list.enter(Der.SEQUENCE);
      all.add(new Access(description.oid(), uri(description)));
      description.end();
    }
    list.end();
    return all;
  }

  /** DER of a UTF8String in printable ASCII. */
  static String text(byte[] value) throws NotDer {
    Der outer = Der.of(value);
    byte[] content = outer.content(Der.UTF8_STRING);
    outer.end();
    return Der.ascii(content, "an extension");
  }

  private static String uri(Der at) throws NotDer {
    return Der.ascii(at.content(Der.CONTEXT | SubjectName.Kind.URI.tag()), "a URI");
  }

  /** Into the one sequence that the value is. */
  private static Der only(byte[] value) throws NotDer {
    Der outer = Der.of(value);
    Der inner = outer.enter(Der.SEQUENCE);
    outer.end();
    return inner;
  }
}
