package dev.mayfly.credential.x509;

import static dev.mayfly.credential.x509.TestHierarchy.NOW;
import static dev.mayfly.credential.x509.TestHierarchy.POINTERS;
import static dev.mayfly.credential.x509.TestHierarchy.key;
import static dev.mayfly.credential.x509.TestHierarchy.keyPair;

import dev.mayfly.key.Alg;
import java.math.BigInteger;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.DERUTCTime;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;

/**
 * Certificates that are as asked for but for one thing, one or more for every line of the profile.
 */
final class BrokenCertificates {

  static final TestHierarchy HOUSE = new TestHierarchy(Alg.ES256);

  static final CertificateTemplate SVID = TestHierarchy.svid();

  static final CertificateTemplate SERVER =
      TestHierarchy.leaf(
          new Purpose.TlsServer(),
          SVID.key(),
          Set.of(SubjectName.parse("dns:orders.shop.example")));

  private static final int VERSION = 0;
  private static final int SERIAL = 1;
  private static final int ALGORITHM = 2;
  private static final int ISSUER = 3;
  static final int VALIDITY = 4;
  private static final int SUBJECT = 5;
  private static final int SPKI = 6;
  private static final int EXTENSIONS = 7;

  /** A certificate that is as asked for but for one thing. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Broken(ProfileLine line, byte[] toBeSigned, CertificateTemplate asked, Issuer issuer) {
    @Override
    public String toString() {
      return line.name();
    }
  }

  private BrokenCertificates() {}

  static Stream<Broken> all() throws Exception {
    return Stream.concat(fields(), extensions());
  }

  private static Stream<Broken> fields() throws Exception {
    byte[] spki = key(keyPair("ES256")).spki();
    return Stream.of(
        field(ProfileLine.VERSION_IS_3, VERSION, new DERTaggedObject(true, 0, new ASN1Integer(1))),
        field(
            ProfileLine.SERIAL_IS_THE_ONE_ASKED_FOR,
            SERIAL,
            new ASN1Integer(TestHierarchy.serial())),
        asked(ProfileLine.SERIAL_IS_LONG, serial(BigInteger.valueOf(Long.MAX_VALUE))),
        asked(ProfileLine.SERIAL_IS_LONG, serial(SVID.serial().negate())),
        field(
            ProfileLine.ALGORITHM_IS_SAID_TWICE_ALIKE,
            ALGORITHM,
            parsed(SignatureForm.ES384.identifier())),
        field(ProfileLine.ALGORITHM_IS_ONE_OF_OURS, ALGORITHM, parsed("300906072a8648ce3d0401")),
        field(ProfileLine.ISSUER_IS_ITS_SUBJECT, ISSUER, new X500Name("CN=mayfly issuing 1")),
        field(
            ProfileLine.STARTS_BEFORE_IT_ENDS,
            VALIDITY,
            validity("261122085959Z", "261122085958Z")),
        field(
            ProfileLine.IS_BACKDATED_BY_MINUTES,
            VALIDITY,
            validity("261122075459Z", "261122085959Z")),
        field(
            ProfileLine.IS_BACKDATED_BY_MINUTES,
            VALIDITY,
            validity("261122080001Z", "261122085959Z")),
        field(ProfileLine.ENDS_IN_TIME, VALIDITY, validity("261122075800Z", "261122090000Z")),
        asked(ProfileLine.ENDS_WITH_ITS_ISSUER, until(Duration.ofDays(7).plusSeconds(1))),
        field(ProfileLine.SUBJECT_IS_EMPTY_FOR_A_LEAF, SUBJECT, new X500Name("CN=orders")),
        field(ProfileLine.KEY_IS_THE_ONE_ASKED_FOR, SPKI, parsed(spki)),
        weakKey(),
        uniqueId());
  }

  private static Stream<Broken> extensions() throws Exception {
    return Stream.of(
        without(ProfileLine.AUTHORITY_IS_SAID, ExtensionValues.BASIC_CONSTRAINTS),
        with(ProfileLine.AUTHORITY_IS_SAID, ExtensionValues.BASIC_CONSTRAINTS, true, "30030101ff"),
        with(ProfileLine.AUTHORITY_IS_SAID, ExtensionValues.BASIC_CONSTRAINTS, true, "3003010100"),
        without(ProfileLine.KEY_USAGE_IS_EXACT, ExtensionValues.KEY_USAGE),
        with(ProfileLine.KEY_USAGE_IS_EXACT, ExtensionValues.KEY_USAGE, true, "03020284"),
        with(ProfileLine.KEY_USAGE_IS_EXACT, ExtensionValues.KEY_USAGE, true, "03020186"),
        with(ProfileLine.CRITICAL_ARE_EXACTLY_THESE, ExtensionValues.KEY_USAGE, false, "03020780"),
        with(
            ProfileLine.CRITICAL_ARE_EXACTLY_THESE,
            GrantExtension.OID,
            true,
            utf8(TestHierarchy.GRANT.toString())),
        without(ProfileLine.EXTENDED_KEY_USAGE_IS_EXACT, ExtensionValues.EXTENDED_KEY_USAGE),
        with(
            ProfileLine.EXTENDED_KEY_USAGE_IS_EXACT,
            ExtensionValues.EXTENDED_KEY_USAGE,
            false,
            "300a06082b06010505070301"),
        with(ProfileLine.ONLY_KNOWN_EXTENSIONS, "2.5.29.30", false, "3000"),
        with(ProfileLine.ONLY_KNOWN_EXTENSIONS, "1.3.6.1.5.5.7.1.24", false, "30030201 05"),
        without(ProfileLine.NAMES_ARE_THE_ONES_ASKED_FOR, ExtensionValues.SUBJECT_ALTERNATIVE_NAME),
        names(ProfileLine.NAMES_ARE_THE_ONES_ASKED_FOR, "uri:spiffe://shop.example/other"),
        names(
            ProfileLine.SVID_HAS_ONE_SPIFFE_ID,
            "uri:spiffe://shop.example/orders",
            "uri:spiffe://shop.example/other"),
        names(ProfileLine.SVID_HAS_ONE_SPIFFE_ID, "dns:orders.shop.example"),
        askedOf(
            ProfileLine.NO_SPIFFE_ID_BUT_IN_AN_SVID,
            TestHierarchy.leaf(new Purpose.TlsClient(), SVID.key(), Set.of(TestHierarchy.SVID))),
        with(
            ProfileLine.SUBJECT_KEY_IDENTIFIER_IS_THE_KEYS,
            ExtensionValues.SUBJECT_KEY_IDENTIFIER,
            false,
            "0414" + "00".repeat(20)),
        with(
            ProfileLine.AUTHORITY_KEY_IDENTIFIER_IS_THE_ISSUERS,
            ExtensionValues.AUTHORITY_KEY_IDENTIFIER,
            false,
            "30168014" + "00".repeat(20)),
        with(
            ProfileLine.LIST_IS_THE_ONE_ASKED_FOR,
            ExtensionValues.CRL_DISTRIBUTION_POINTS,
            false,
            point("http://broker.example/crl/2.crl")),
        asked(ProfileLine.LEAF_HAS_A_LIST, pointers(Pointers.NONE)),
        without(
            ProfileLine.ACCESS_IS_THE_ONE_ASKED_FOR, ExtensionValues.AUTHORITY_INFORMATION_ACCESS),
        with(ProfileLine.ONLY_A_RESPONDER_HAS_NOCHECK, ExtensionValues.OCSP_NOCHECK, false, "0500"),
        without(ProfileLine.GRANT_IS_NAMED, GrantExtension.OID),
        with(
            ProfileLine.GRANT_IS_NAMED,
            GrantExtension.OID,
            false,
            utf8("019ab7b0-0000-7000-8000-00000000dead")));
  }

  private static Broken field(ProfileLine line, int index, ASN1Encodable value) throws Exception {
    return new Broken(line, changed(SVID, index, value), SVID, HOUSE.issuer);
  }

  private static Broken asked(ProfileLine line, UnaryOperator<CertificateTemplate> change) {
    return askedOf(line, change.apply(SVID));
  }

  private static Broken askedOf(ProfileLine line, CertificateTemplate asked) {
    return new Broken(line, toBeSigned(asked), asked, HOUSE.issuer);
  }

  private static Broken weakKey() throws Exception {
    byte[] p521 = TestHierarchy.ec("secp521r1").getPublic().getEncoded();
    return field(ProfileLine.KEY_IS_STRONG, SPKI, parsed(p521));
  }

  private static Broken uniqueId() throws Exception {
    ASN1EncodableVector fields = fieldsOf(SVID);
    ASN1EncodableVector longer = new ASN1EncodableVector();
    for (int i = 0; i < EXTENSIONS; i++) {
      longer.add(fields.get(i));
    }
    longer.add(new DERTaggedObject(false, 1, new DERBitString(new byte[] {1})));
    longer.add(fields.get(EXTENSIONS));
    return new Broken(
        ProfileLine.NO_UNIQUE_IDS, new DERSequence(longer).getEncoded("DER"), SVID, HOUSE.issuer);
  }

  private static Broken names(ProfileLine line, String... names) throws Exception {
    CertificateTemplate asked =
        TestHierarchy.leaf(
            new Purpose.Svid(),
            SVID.key(),
            Stream.of(names).map(SubjectName::parse).collect(java.util.stream.Collectors.toSet()));
    ASN1Sequence value =
        (ASN1Sequence) extensionsOf(asked, ExtensionValues.SUBJECT_ALTERNATIVE_NAME);
    String hex =
        HexFormat.of().formatHex(ASN1OctetString.getInstance(value.getObjectAt(2)).getOctets());
    return with(line, ExtensionValues.SUBJECT_ALTERNATIVE_NAME, true, hex);
  }

  private static Broken without(ProfileLine line, String oid) throws Exception {
    return new Broken(line, replaced(oid, Optional.empty()), SVID, HOUSE.issuer);
  }

  private static Broken with(ProfileLine line, String oid, boolean critical, String hex)
      throws Exception {
    byte[] value = HexFormat.of().parseHex(hex.replace(" ", ""));
    Extension extension =
        new Extension(new ASN1ObjectIdentifier(oid), critical, new DEROctetString(value));
    return new Broken(line, replaced(oid, Optional.of(extension)), SVID, HOUSE.issuer);
  }

  private static byte[] replaced(String oid, Optional<Extension> by) throws Exception {
    return replaced(toBeSigned(SVID), oid, by);
  }

  /** The same to be signed, with this extension instead of the one with this number, or none. */
  static byte[] replaced(byte[] toBeSigned, String oid, Optional<Extension> by) throws Exception {
    ASN1Encodable[] fields = ASN1Sequence.getInstance(toBeSigned).toArray();
    ASN1EncodableVector all = new ASN1EncodableVector();
    for (ASN1Encodable each :
        ASN1Sequence.getInstance(
            ASN1TaggedObject.getInstance(fields[EXTENSIONS]).getExplicitBaseObject())) {
      if (!ASN1Sequence.getInstance(each).getObjectAt(0).toString().equals(oid)) {
        all.add(each);
      }
    }
    by.ifPresent(all::add);
    fields[EXTENSIONS] = new DERTaggedObject(true, 3, new DERSequence(all));
    return new DERSequence(fields).getEncoded("DER");
  }

  private static ASN1Encodable extensionsOf(CertificateTemplate asked, String oid)
      throws Exception {
    for (ASN1Encodable each : extensionsOf(asked)) {
      if (ASN1Sequence.getInstance(each).getObjectAt(0).toString().equals(oid)) {
        return each;
      }
    }
    throw new AssertionError(oid);
  }

  private static ASN1Sequence extensionsOf(CertificateTemplate asked) throws Exception {
    return ASN1Sequence.getInstance(
        ASN1TaggedObject.getInstance(fieldsOf(asked).get(EXTENSIONS)).getExplicitBaseObject());
  }

  private static ASN1EncodableVector fieldsOf(CertificateTemplate asked) throws Exception {
    ASN1EncodableVector fields = new ASN1EncodableVector();
    fields.addAll(ASN1Sequence.getInstance(toBeSigned(asked)).toArray());
    return fields;
  }

  static byte[] changed(CertificateTemplate asked, int index, ASN1Encodable value)
      throws Exception {
    ASN1Encodable[] fields = ASN1Sequence.getInstance(toBeSigned(asked)).toArray();
    fields[index] = value;
    return new DERSequence(fields).getEncoded("DER");
  }

  static byte[] toBeSigned(CertificateTemplate asked) {
    return CertificateBuilder.toBeSigned(asked, HOUSE.issuer, SignatureForm.ES256);
  }

  static byte[] assembled(byte[] toBeSigned) {
    return SignatureForm.ES256.assemble(toBeSigned, new byte[64]);
  }

  private static DERSequence validity(String from, String until) {
    return new DERSequence(new DERUTCTime(from), new DERUTCTime(until));
  }

  private static String utf8(String text) throws Exception {
    return HexFormat.of().formatHex(new DERUTF8String(text).getEncoded());
  }

  private static String point(String uri) throws Exception {
    byte[] name = uri.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    ASN1Encodable general = new DERTaggedObject(false, 6, new DEROctetString(name));
    ASN1Encodable full = new DERTaggedObject(false, 0, new DERSequence(general));
    ASN1Encodable point = new DERSequence(new DERTaggedObject(true, 0, full));
    return HexFormat.of().formatHex(new DERSequence(point).getEncoded("DER"));
  }

  private static ASN1Primitive parsed(String hex) throws Exception {
    return parsed(HexFormat.of().parseHex(hex));
  }

  private static ASN1Primitive parsed(byte[] der) throws Exception {
    return ASN1Primitive.fromByteArray(der);
  }

  private static UnaryOperator<CertificateTemplate> serial(BigInteger serial) {
    return t ->
        new CertificateTemplate(
            serial,
            t.purpose(),
            t.commonName(),
            t.key(),
            t.names(),
            t.issuedAt(),
            t.expiresAt(),
            t.pointers(),
            t.grant());
  }

  static UnaryOperator<CertificateTemplate> until(Duration lifetime) {
    return t ->
        new CertificateTemplate(
            t.serial(),
            t.purpose(),
            t.commonName(),
            t.key(),
            t.names(),
            t.issuedAt(),
            NOW.plus(lifetime),
            POINTERS,
            t.grant());
  }

  private static UnaryOperator<CertificateTemplate> pointers(Pointers pointers) {
    return t ->
        new CertificateTemplate(
            t.serial(),
            t.purpose(),
            t.commonName(),
            t.key(),
            t.names(),
            t.issuedAt(),
            t.expiresAt(),
            pointers,
            t.grant());
  }
}
