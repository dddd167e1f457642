package dev.mayfly.credential.x509;

import dev.mayfly.credential.x509.ProfileLine.Looked;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The lines of the profile that look at extensions. */
final class ExtensionLines {

  private static final Set<String> KNOWN =
      Set.of(
          ExtensionValues.SUBJECT_KEY_IDENTIFIER,
          ExtensionValues.KEY_USAGE,
          ExtensionValues.SUBJECT_ALTERNATIVE_NAME,
          ExtensionValues.BASIC_CONSTRAINTS,
          ExtensionValues.CRL_DISTRIBUTION_POINTS,
          ExtensionValues.AUTHORITY_KEY_IDENTIFIER,
          ExtensionValues.EXTENDED_KEY_USAGE,
          ExtensionValues.AUTHORITY_INFORMATION_ACCESS,
          ExtensionValues.OCSP_NOCHECK,
          GrantExtension.OID);

  /** ASN.1 NULL, the value of nocheck (RFC 6960 4.2.2.2.1). */
  private static final byte[] NULL = {5, 0};

  private ExtensionLines() {}

  static boolean onlyKnown(Looked looked) {
    return looked.seen().extensions().stream().allMatch(each -> KNOWN.contains(each.oid()));
  }

  /** Key usage and basic constraints; the names where the subject is empty (RFC 5280 4.1.2.6). */
  static boolean criticalOnes(Looked looked) {
    Set<String> expected = new HashSet<>();
    expected.add(ExtensionValues.KEY_USAGE);
    expected.add(ExtensionValues.BASIC_CONSTRAINTS);
    if (looked.seen().hasEmptySubject()) {
      expected.add(ExtensionValues.SUBJECT_ALTERNATIVE_NAME);
    }
    Set<String> critical =
        looked.seen().extensions().stream()
            .filter(ParsedCertificate.Extension::critical)
            .map(ParsedCertificate.Extension::oid)
            .collect(Collectors.toSet());
    return critical.equals(expected);
  }

  static boolean basicConstraints(Looked looked) throws NotDer {
    Optional<byte[]> value = looked.value(ExtensionValues.BASIC_CONSTRAINTS);
    ExtensionValues.BasicConstraints expected =
        looked.asked().purpose() instanceof Purpose.Authority(int pathLength)
            ? new ExtensionValues.BasicConstraints(true, Optional.of(pathLength))
            : new ExtensionValues.BasicConstraints(false, Optional.empty());
    return value.isPresent() && ExtensionValues.basicConstraints(value.get()).equals(expected);
  }

  static boolean keyUsage(Looked looked) throws NotDer {
    Optional<byte[]> value = looked.value(ExtensionValues.KEY_USAGE);
    int expected =
        looked.asked().purpose() instanceof Purpose.Authority
            ? ExtensionValues.KEY_CERT_SIGN | ExtensionValues.CRL_SIGN
            : ExtensionValues.DIGITAL_SIGNATURE;
    return value.isPresent() && ExtensionValues.keyUsage(value.get()) == expected;
  }

  static boolean extendedKeyUsage(Looked looked) throws NotDer {
    Optional<byte[]> value = looked.value(ExtensionValues.EXTENDED_KEY_USAGE);
    Set<String> expected = looked.asked().purpose().extendedKeyUsage();
    return value.isPresent()
        ? expected.equals(Set.copyOf(ExtensionValues.extendedKeyUsage(value.get())))
        : expected.isEmpty();
  }

  static boolean names(Looked looked) throws NotDer {
    Set<SubjectName> names = looked.names();
    return names.equals(looked.asked().names()) && (!looked.isLeaf() || !names.isEmpty());
  }

  static boolean svidHasOneSpiffeId(Looked looked) throws NotDer {
    return !(looked.asked().purpose() instanceof Purpose.Svid)
        || (looked.names().size() == 1 && looked.names().iterator().next().isSpiffeId());
  }

  /** It would be an SVID to whoever validates it as one. */
  static boolean noSpiffeIdElsewhere(Looked looked) throws NotDer {
    return looked.asked().purpose() instanceof Purpose.Svid
        || looked.names().stream().noneMatch(SubjectName::isSpiffeId);
  }

  static boolean subjectKeyIdentifier(Looked looked) throws NotDer {
    Optional<byte[]> value = looked.value(ExtensionValues.SUBJECT_KEY_IDENTIFIER);
    Der info = Der.of(looked.seen().spki()).enter(Der.SEQUENCE);
    info.element(Der.SEQUENCE);
    byte[] expected = SubjectKey.identifierOf(info.octetsOfBitString());
    return value.isPresent()
        && Arrays.equals(ExtensionValues.subjectKeyIdentifier(value.get()), expected);
  }

  static boolean authorityKeyIdentifier(Looked looked) throws NotDer {
    Optional<byte[]> value = looked.value(ExtensionValues.AUTHORITY_KEY_IDENTIFIER);
    return value.isPresent()
        && Arrays.equals(
            ExtensionValues.authorityKeyIdentifier(value.get()), looked.issuer().keyIdentifier());
  }

  static boolean distributionPoint(Looked looked) throws NotDer {
    Optional<byte[]> value = looked.value(ExtensionValues.CRL_DISTRIBUTION_POINTS);
    Optional<String> expected = looked.asked().pointers().crl();
    return value.isPresent()
        ? expected.equals(Optional.of(ExtensionValues.distributionPoint(value.get())))
        : expected.isEmpty();
  }

  static boolean access(Looked looked) throws NotDer {
    List<ExtensionValues.Access> expected = new ArrayList<>();
    Pointers pointers = looked.asked().pointers();
    pointers
        .ocsp()
        .ifPresent(uri -> expected.add(new ExtensionValues.Access(ExtensionValues.AD_OCSP, uri)));
    pointers
        .issuer()
        .ifPresent(
            uri -> expected.add(new ExtensionValues.Access(ExtensionValues.AD_CA_ISSUERS, uri)));
    Optional<byte[]> value = looked.value(ExtensionValues.AUTHORITY_INFORMATION_ACCESS);
    return value.isPresent()
        ? ExtensionValues.access(value.get()).equals(expected)
        : expected.isEmpty();
  }

  static boolean nocheck(Looked looked) {
    Optional<byte[]> value = looked.value(ExtensionValues.OCSP_NOCHECK);
    return looked.asked().purpose() instanceof Purpose.OcspResponder
        ? value.isPresent() && Arrays.equals(value.get(), NULL)
        : value.isEmpty();
  }

  static boolean grant(Looked looked) throws NotDer {
    Optional<byte[]> value = looked.value(GrantExtension.OID);
    Optional<String> expected = looked.asked().grant().map(Object::toString);
    return value.isPresent()
        ? expected.equals(Optional.of(ExtensionValues.text(value.get())))
        : expected.isEmpty() && !looked.isLeaf();
  }
}
