package dev.mayfly.credential.x509;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;

/** The extensions that follow from what a certificate is for, and from nothing else. */
final class PurposeExtensions {

  /** What most certificates are for, written once: the rest follow from a role of the policy. */
  private static final Map<Purpose, List<Extension>> WRITTEN =
      Stream.of(new Purpose.Svid(), new Purpose.TlsServer(), new Purpose.TlsClient())
          .collect(Collectors.toUnmodifiableMap(Function.identity(), PurposeExtensions::written));

  private PurposeExtensions() {}

  /** Key usage, extended key usage where there is one, and basic constraints. */
  static List<Extension> of(Purpose purpose) {
    List<Extension> known = WRITTEN.get(purpose);
    return known == null ? written(purpose) : known;
  }

  /** An extension as it stands in a certificate (RFC 5280 4.2). */
  static Extension extension(String oid, boolean critical, ASN1Encodable value) {
    try {
      byte[] der = value.toASN1Primitive().getEncoded(ASN1Encoding.DER);
      return new Extension(new ASN1ObjectIdentifier(oid), critical, new DEROctetString(der));
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory does not fail", e);
    }
  }

  private static List<Extension> written(Purpose purpose) {
    List<Extension> all = new ArrayList<>(3);
    all.add(extension(ExtensionValues.KEY_USAGE, true, keyUsage(purpose)));
    if (!purpose.extendedKeyUsage().isEmpty()) {
      all.add(extension(ExtensionValues.EXTENDED_KEY_USAGE, false, extendedKeyUsage(purpose)));
    }
    all.add(extension(ExtensionValues.BASIC_CONSTRAINTS, true, basicConstraints(purpose)));
    return List.copyOf(all);
  }

  private static KeyUsage keyUsage(Purpose purpose) {
    return purpose instanceof Purpose.Authority
        ? new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign)
        : new KeyUsage(KeyUsage.digitalSignature);
  }

  private static BasicConstraints basicConstraints(Purpose purpose) {
    return purpose instanceof Purpose.Authority(int pathLength)
        ? new BasicConstraints(pathLength)
        : new BasicConstraints(false);
  }

  private static ExtendedKeyUsage extendedKeyUsage(Purpose purpose) {
    return new ExtendedKeyUsage(
        new TreeSet<>(purpose.extendedKeyUsage())
            .stream()
                .map(oid -> KeyPurposeId.getInstance(new ASN1ObjectIdentifier(oid)))
                .toArray(KeyPurposeId[]::new));
  }
}
