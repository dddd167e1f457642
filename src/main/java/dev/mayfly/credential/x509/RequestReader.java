package dev.mayfly.credential.x509;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads what a request asks for: its subject and the one extensionRequest attribute (RFC 2985
 * 5.4.2). What Mayfly does not know is refused, never passed over.
 */
final class RequestReader {

  private static final String EXTENSION_REQUEST = "1.2.840.113549.1.9.14";
  private static final String COMMON_NAME = "2.5.4.3";

  private static final int MOST_COMMON_NAME = 64; // RFC 5280 appendix A: ub-common-name

  private RequestReader() {}

  static Wishes wishes(byte[] subject, byte[] attributes, SubjectKey key) throws NotDer {
    Optional<String> commonName = commonName(subject);
    Der all = Der.of(attributes);
    if (!all.hasMore()) {
      return Wishes.none(commonName);
    }
    Der attribute = all.enter(Der.SEQUENCE);
    all.end();
    if (!attribute.oid().equals(EXTENSION_REQUEST)) {
      throw new NotDer("the request has an attribute other than extensionRequest");
    }
    Der values = attribute.enter(Der.SET);
    attribute.end();
    Der extensions = values.enter(Der.SEQUENCE);
    values.end();
    return extensions(commonName, extensions, key);
  }

  /** Nothing, or one common name: Mayfly gives an empty subject, and names stand elsewhere. */
  private static Optional<String> commonName(byte[] subject) throws NotDer {
    Der names = Der.of(subject).enter(Der.SEQUENCE);
    if (!names.hasMore()) {
      return Optional.empty();
    }
    Der set = names.enter(Der.SET);
    Der attribute = set.enter(Der.SEQUENCE);
    if (names.hasMore() || set.hasMore() || !attribute.oid().equals(COMMON_NAME)) {
      throw new NotDer("the subject asks for more than a common name");
    }
    int tag = attribute.tag();
    if (tag != Der.UTF8_STRING && tag != Der.PRINTABLE_STRING && tag != Der.IA5_STRING) {
      throw new NotDer("the common name is in an encoding that is not read");
    }
    byte[] value = attribute.content(tag);
    attribute.end();
    if (value.length == 0 || value.length > MOST_COMMON_NAME) {
      throw new NotDer("the common name is empty or longer than 64 bytes");
    }
    return Optional.of(Der.ascii(value, "the common name"));
  }

  private static Wishes extensions(Optional<String> commonName, Der extensions, SubjectKey key)
      throws NotDer {
    Optional<Set<SubjectName>> names = Optional.empty();
    Optional<Integer> keyUsage = Optional.empty();
    Optional<Set<String>> purposes = Optional.empty();
    boolean authority = false;
    Set<String> seen = new HashSet<>();
    while (extensions.hasMore()) {
      Der extension = extensions.enter(Der.SEQUENCE);
      String oid = extension.oid();
      extension.optionalTrue();
      byte[] value = extension.content(Der.OCTET_STRING);
      extension.end();
      if (!seen.add(oid)) {
        throw new NotDer("an extension is asked for twice");
      }
      switch (oid) {
        case ExtensionValues.SUBJECT_ALTERNATIVE_NAME -> names = Optional.of(names(value));
        case ExtensionValues.KEY_USAGE -> keyUsage = Optional.of(ExtensionValues.keyUsage(value));
        case ExtensionValues.EXTENDED_KEY_USAGE ->
            purposes = Optional.of(new TreeSet<>(ExtensionValues.extendedKeyUsage(value)));
        case ExtensionValues.BASIC_CONSTRAINTS ->
            authority = ExtensionValues.basicConstraints(value).authority();
        case ExtensionValues.SUBJECT_KEY_IDENTIFIER -> judgeIdentifier(value, key);
        default -> throw new NotDer("an extension is asked for that Mayfly does not give");
      }
    }
    return new Wishes(commonName, names, keyUsage, purposes, authority);
  }

  private static Set<SubjectName> names(byte[] value) throws NotDer {
    Set<SubjectName> names = new TreeSet<>();
    for (SubjectName name : ExtensionValues.names(value)) {
      if (!names.add(name)) {
        throw new NotDer("a name is asked for twice");
      }
    }
    return names;
  }

  /** Tools add it; it grants nothing, as long as it is the key's own. */
  private static void judgeIdentifier(byte[] value, SubjectKey key) throws NotDer {
    byte[] identifier = ExtensionValues.subjectKeyIdentifier(value);
    if (!Arrays.equals(identifier, key.identifier())
        && !Arrays.equals(identifier, key.olderIdentifier())) {
      throw new NotDer("the subject key identifier is not that of the key");
    }
  }
}
