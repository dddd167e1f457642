package dev.mayfly.credential.x509;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Object;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.DERIA5String;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;

/** Writes what is to be signed of a certificate (RFC 5280 4.1), by Bouncy Castle's ASN.1. */
final class CertificateBuilder {

  /** RFC 5280 4.1.2.5: UTCTime through 2049. */
  private static final int GENERALIZED_FROM = 2050;

  private static final DERTaggedObject V3 = new DERTaggedObject(true, 0, new ASN1Integer(2));
  private static final X500Name EMPTY = new X500NameBuilder(BCStyle.INSTANCE).build();

  private CertificateBuilder() {}

  /** The TBSCertificate in DER. */
  static byte[] toBeSigned(CertificateTemplate template, Issuer issuer, SignatureForm form) {
    ASN1EncodableVector fields = new ASN1EncodableVector(8);
    fields.add(V3);
    fields.add(new ASN1Integer(template.serial()));
    fields.add(form.parsedIdentifier());
    fields.add(issuer.parsedName());
    fields.add(validity(template, issuer));
    fields.add(subject(template.commonName()));
    fields.add(parsed(template.key().spki()));
    fields.add(new DERTaggedObject(true, 3, extensions(template, issuer)));
    return encoded(new DERSequence(fields));
  }

  /** A name with this common name alone, or the empty one, in DER. */
  static byte[] name(Optional<String> commonName) {
    return encoded(subject(commonName));
  }

  private static X500Name subject(Optional<String> commonName) {
    return commonName
        .map(text -> new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.CN, text).build())
        .orElse(EMPTY);
  }

  /** Never before its issuer is valid, or the one would be believed only with the other's clock. */
  private static DERSequence validity(CertificateTemplate template, Issuer issuer) {
    Instant from =
        template.notBefore().isBefore(issuer.notBefore())
            ? issuer.notBefore()
            : template.notBefore();
    return new DERSequence(time(from), time(template.notAfter()));
  }

  private static ASN1Primitive time(Instant instant) {
    LocalDateTime at = LocalDateTime.ofInstant(instant, ZoneOffset.UTC);
    String year = Integer.toString(at.getYear());
    return at.getYear() < GENERALIZED_FROM
        ? time(Der.UTC_TIME, digits(at, year.substring(2)))
        : time(Der.GENERALIZED_TIME, digits(at, year));
  }

  /** From its bytes: given as text, Bouncy Castle reads it back by a formatter. */
  private static ASN1Primitive time(int tag, String digits) {
    byte[] text = digits.getBytes(StandardCharsets.US_ASCII);
    byte[] der = new byte[text.length + 2];
    der[0] = (byte) tag;
    der[1] = (byte) text.length;
    System.arraycopy(text, 0, der, 2, text.length);
    return parsed(der);
  }

  /** A formatter takes as long as the rest of the extensions together. */
  private static String digits(LocalDateTime at, String year) {
    StringBuilder all = new StringBuilder(15).append(year);
    int[] pairs = {
      at.getMonthValue(), at.getDayOfMonth(), at.getHour(), at.getMinute(), at.getSecond()
    };
    for (int pair : pairs) {
      all.append((char) ('0' + pair / 10)).append((char) ('0' + pair % 10));
    }
    return all.append('Z').toString();
  }

  private static DERSequence extensions(CertificateTemplate template, Issuer issuer) {
    Purpose purpose = template.purpose();
    ASN1EncodableVector all = new ASN1EncodableVector(9);
    PurposeExtensions.of(purpose).forEach(all::add);
    SubjectKeyIdentifier subject = new SubjectKeyIdentifier(template.key().identifier());
    add(all, ExtensionValues.SUBJECT_KEY_IDENTIFIER, false, subject);
    AuthorityKeyIdentifier authority = new AuthorityKeyIdentifier(issuer.keyIdentifier());
    add(all, ExtensionValues.AUTHORITY_KEY_IDENTIFIER, false, authority);
    addPointers(all, template.pointers());
    if (!template.names().isEmpty()) {
      boolean critical = template.commonName().isEmpty(); // RFC 5280 4.1.2.6
      add(all, ExtensionValues.SUBJECT_ALTERNATIVE_NAME, critical, names(template));
    }
    if (purpose instanceof Purpose.OcspResponder) {
      add(all, ExtensionValues.OCSP_NOCHECK, false, DERNull.INSTANCE);
    }
    template
        .grant()
        .map(grant -> new DERUTF8String(grant.toString()))
        .ifPresent(value -> add(all, GrantExtension.OID, false, value));
    return new DERSequence(all);
  }

  private static void addPointers(ASN1EncodableVector all, Pointers pointers) {
    List<AccessDescription> access = new ArrayList<>(2);
    pointers
        .ocsp()
        .ifPresent(at -> access.add(new AccessDescription(AccessDescription.id_ad_ocsp, uri(at))));
    pointers
        .issuer()
        .ifPresent(
            at -> access.add(new AccessDescription(AccessDescription.id_ad_caIssuers, uri(at))));
    if (!access.isEmpty()) {
      add(
          all,
          ExtensionValues.AUTHORITY_INFORMATION_ACCESS,
          false,
          new AuthorityInformationAccess(access.toArray(AccessDescription[]::new)));
    }
    pointers
        .crl()
        .ifPresent(at -> add(all, ExtensionValues.CRL_DISTRIBUTION_POINTS, false, point(at)));
  }

  private static CRLDistPoint point(String uri) {
    DistributionPointName name = new DistributionPointName(new GeneralNames(uri(uri)));
    return new CRLDistPoint(new DistributionPoint[] {new DistributionPoint(name, null, null)});
  }

  private static GeneralNames names(CertificateTemplate template) {
    return new GeneralNames(
        new TreeSet<>(template.names())
            .stream().map(CertificateBuilder::name).toArray(GeneralName[]::new));
  }

  private static GeneralName name(SubjectName name) {
    ASN1Encodable value =
        name.kind() == SubjectName.Kind.IP
            ? new DEROctetString(name.encoded())
            : new DERIA5String(name.text());
    return new GeneralName(name.kind().tag(), value);
  }

  private static GeneralName uri(String uri) {
    return new GeneralName(GeneralName.uniformResourceIdentifier, new DERIA5String(uri));
  }

  private static void add(
      ASN1EncodableVector all, String oid, boolean critical, ASN1Encodable value) {
    all.add(PurposeExtensions.extension(oid, critical, value));
  }

  private static ASN1Primitive parsed(byte[] der) {
    try {
      return ASN1Primitive.fromByteArray(der);
    } catch (IOException e) {
      throw new UncheckedIOException("what was read before is DER", e);
    }
  }

  private static byte[] encoded(ASN1Object value) {
    try {
      return value.getEncoded(ASN1Encoding.DER);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory does not fail", e);
    }
  }
}
