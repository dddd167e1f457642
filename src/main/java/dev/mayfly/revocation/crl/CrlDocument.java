package dev.mayfly.revocation.crl;

import dev.mayfly.credential.x509.CertificateTemplate;
import dev.mayfly.credential.x509.Issuer;
import dev.mayfly.credential.x509.SignatureForm;
import dev.mayfly.key.SigningKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1UTCTime;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.asn1.x509.V2TBSCertListGenerator;

/**
 * A CRL before it is signed (RFC 5280 5.1): version 2, with the number of the publication, the
 * authority's key identifier, and, of a shard, a critical issuing distribution point whose URI is
 * that of the certificates on it, byte for byte.
 *
 * @param uri of a shard; empty for the one list of an authority, whose scope is all it has issued,
 *     itself too: OpenSSL looks a root up that has no distribution point
 * @param number strictly increasing
 */
record CrlDocument(
    Optional<String> uri,
    long number,
    Instant thisUpdate,
    Instant nextUpdate,
    List<CrlEntries.Entry> entries) {

  /** RFC 5280 5.1.2.4: UTCTime through 2049. */
  private static final Instant GENERALIZED_FROM = Instant.parse("2050-01-01T00:00:00Z");

  CrlDocument {
    entries = List.copyOf(entries);
  }

  /** In DER. */
  static byte[] signed(CrlDocument crl, Issuer issuer, SigningKey key) {
    SignatureForm form = SignatureForm.of(key.alg());
    byte[] toBeSigned = crl.toBeSigned(issuer, form);
    return form.assemble(toBeSigned, key.sign(toBeSigned));
  }

  private byte[] toBeSigned(Issuer issuer, SignatureForm form) {
    V2TBSCertListGenerator list = new V2TBSCertListGenerator();
    list.setSignature(AlgorithmIdentifier.getInstance(form.identifier()));
    list.setIssuer(X500Name.getInstance(issuer.name()));
    list.setThisUpdate(time(thisUpdate));
    list.setNextUpdate(time(nextUpdate));
    for (CrlEntries.Entry entry : entries) {
      ASN1Integer serial = new ASN1Integer(CertificateTemplate.serial(entry.id()));
      entry
          .reason()
          .ifPresentOrElse(
              reason -> list.addCRLEntry(serial, time(entry.at()), reason),
              () -> list.addCRLEntry(serial, time(entry.at()), null));
    }
    try {
      ExtensionsGenerator extensions = new ExtensionsGenerator();
      extensions.addExtension(
          Extension.authorityKeyIdentifier,
          false,
          new AuthorityKeyIdentifier(issuer.keyIdentifier()));
      extensions.addExtension(
          Extension.cRLNumber, false, new CRLNumber(BigInteger.valueOf(number)));
      if (uri.isPresent()) {
        extensions.addExtension(Extension.issuingDistributionPoint, true, point(uri.get()));
      }
      list.setExtensions(extensions.generate());
      return list.generateTBSCertList().getEncoded(ASN1Encoding.DER);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory does not fail", e);
    }
  }

  private static IssuingDistributionPoint point(String uri) {
    DistributionPointName name =
        new DistributionPointName(
            new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, uri)));
    return new IssuingDistributionPoint(name, false, false, null, false, false);
  }

  private static Time time(Instant instant) {
    Date date = Date.from(instant);
    return instant.isBefore(GENERALIZED_FROM)
        ? new Time(new ASN1UTCTime(date))
        : new Time(new ASN1GeneralizedTime(date));
  }
}
