package dev.mayfly.credential.x509;

import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.Signature;
import java.util.HexFormat;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;

/** A request of PKCS#10 as tools make them, or as nobody should: every part can be set by hand. */
final class TestRequest {

  private static final HexFormat HEX = HexFormat.of();

  private static final Map<String, String> ALGORITHMS =
      Map.of(
          "SHA256withECDSA", "300a06082a8648ce3d040302",
          "SHA256withRSA", "300d06092a864886f70d01010b0500",
          "SHA1withRSA", "300d06092a864886f70d0101050500",
          "Ed25519", "300506032b6570");

  private byte[] spki;
  private PrivateKey signer;
  private String signatureName;
  private String subject = "3000";
  private String extensions = "";
  private String attributes = "";

  TestRequest(KeyPair pair) {
    this.spki = pair.getPublic().getEncoded();
    this.signer = pair.getPrivate();
    this.signatureName =
        switch (pair.getPublic().getAlgorithm()) {
          case "EC" -> "SHA256withECDSA";
          case "RSA" -> "SHA256withRSA";
          default -> "Ed25519";
        };
  }

  TestRequest subject(String name) {
    subject = HEX.formatHex(new X500Principal(name).getEncoded());
    return this;
  }

  TestRequest names(String... names) {
    return san(
        Stream.of(names)
            .map(SubjectName::parse)
            .map(name -> tlv(0x80 | name.kind().tag(), HEX.formatHex(name.encoded())))
            .collect(Collectors.joining()));
  }

  /** The content of subjectAltName's sequence, in hexadecimal. */
  TestRequest san(String general) {
    return extension(ExtensionValues.SUBJECT_ALTERNATIVE_NAME, tlv(0x30, general));
  }

  TestRequest extension(String oid, String value) {
    extensions += tlv(0x30, oid(oid) + tlv(0x04, value));
    return this;
  }

  TestRequest attribute(String oid, String value) {
    attributes += tlv(0x30, oid(oid) + tlv(0x31, value));
    return this;
  }

  TestRequest spki(byte[] other) {
    spki = other;
    return this;
  }

  TestRequest signedBy(KeyPair other) {
    signer = other.getPrivate();
    return this;
  }

  TestRequest with(String signature) {
    signatureName = signature;
    return this;
  }

  byte[] der() {
    if (!extensions.isEmpty()) {
      attribute("1.2.840.113549.1.9.14", tlv(0x30, extensions));
      extensions = "";
    }
    String info = tlv(0x30, "020100" + subject + HEX.formatHex(spki) + tlv(0xa0, attributes));
    String signature = tlv(0x03, "00" + HEX.formatHex(signature(HEX.parseHex(info))));
    return HEX.parseHex(tlv(0x30, info + ALGORITHMS.get(signatureName) + signature));
  }

  private byte[] signature(byte[] signed) {
    try {
      Signature engine = Signature.getInstance(signatureName);
      engine.initSign(signer);
      engine.update(signed);
      return engine.sign();
    } catch (java.security.GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /** Tag, length and content, in hexadecimal. */
  static String tlv(int tag, String content) {
    int length = content.length() / 2;
    String size =
        length < 0x80
            ? "%02x".formatted(length)
            : length < 0x100 ? "81%02x".formatted(length) : "82%04x".formatted(length);
    return "%02x%s%s".formatted(tag, size, content);
  }

  private static String oid(String dotted) {
    try {
      return HEX.formatHex(new org.bouncycastle.asn1.ASN1ObjectIdentifier(dotted).getEncoded());
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }
}
