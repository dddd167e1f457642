package dev.mayfly.credential.x509;

import dev.mayfly.key.SigningKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.PublicKey;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.pkcs.Attribute;
import org.bouncycastle.asn1.pkcs.CertificationRequestInfo;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;

/**
 * What the organisation's root is asked to sign: a request (RFC 2986) of the root ring's key, with
 * the extensions that the certificate has to have, so that whoever signs can copy them.
 */
final class RootRequest {

  private RootRequest() {}

  /** In DER, signed by the key itself. */
  static byte[] of(String commonName, PublicKey key, SigningKey signing) {
    SignatureForm form = SignatureForm.of(signing.alg());
    byte[] info = info(commonName, SubjectKey.ofAuthority(key));
    return form.assemble(info, signing.sign(info));
  }

  private static byte[] info(String commonName, SubjectKey key) {
    try {
      ExtensionsGenerator wanted = new ExtensionsGenerator();
      wanted.addExtension(
          Extension.basicConstraints,
          true,
          new BasicConstraints(Purpose.Authority.ROOT.pathLength()));
      wanted.addExtension(
          Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
      wanted.addExtension(
          Extension.subjectKeyIdentifier, false, new SubjectKeyIdentifier(key.identifier()));
      Attribute extensions =
          new Attribute(
              PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, new DERSet(wanted.generate()));
      return new CertificationRequestInfo(
              X500Name.getInstance(CertificateBuilder.name(Optional.of(commonName))),
              SubjectPublicKeyInfo.getInstance(key.spki()),
              new DERSet(extensions))
          .getEncoded(ASN1Encoding.DER);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory does not fail", e);
    }
  }
}
