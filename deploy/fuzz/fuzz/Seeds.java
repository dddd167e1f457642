package fuzz;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCS10CertificationRequestBuilder;

/** Good requests and keys of each kind, for the fuzzer to begin with: {@code Seeds FOLDER}. */
public final class Seeds {

  private final Path folder;

  private Seeds(Path folder) {
    this.folder = folder;
  }

  public static void main(String[] arguments) throws Exception {
    new Seeds(Path.of(arguments[0])).write();
  }

  private void write() throws Exception {
    for (String kind : List.of("P-256", "P-384", "RSA", "Ed25519")) {
      KeyPair pair = pair(kind);
      PKCS10CertificationRequest request = request(pair, kind);
      put("Requests", kind + ".der", request.getEncoded());
      put("Requests", kind + ".pem", pem(request.getEncoded()));
      put("SignedRequests", kind, split(request));
      byte[] blob = blob(pair, kind);
      put("SshKeys", kind + ".blob", blob);
      put(
          "SshKeys",
          kind + ".line",
          (name(blob) + " " + Base64.getEncoder().encodeToString(blob) + " me@here")
              .getBytes(StandardCharsets.US_ASCII));
    }
  }

  private void put(String target, String name, byte[] octets) throws IOException {
    Path to = Files.createDirectories(folder.resolve(target));
    Files.write(to.resolve(name), octets);
  }

  private static KeyPair pair(String kind) throws Exception {
    KeyPairGenerator generator =
        KeyPairGenerator.getInstance(kind.startsWith("P-") ? "EC" : kind);
    switch (kind) {
      case "P-256" -> generator.initialize(new ECGenParameterSpec("secp256r1"));
      case "P-384" -> generator.initialize(new ECGenParameterSpec("secp384r1"));
      case "RSA" -> generator.initialize(3_072);
      default -> {}
    }
    return generator.generateKeyPair();
  }

  private static PKCS10CertificationRequest request(KeyPair pair, String kind) throws Exception {
    ExtensionsGenerator asked = new ExtensionsGenerator();
    asked.addExtension(
        Extension.subjectAlternativeName,
        false,
        new GeneralNames(
            new GeneralName[] {
              new GeneralName(GeneralName.dNSName, "orders.shop.example"),
              new GeneralName(GeneralName.iPAddress, "10.0.0.7"),
              new GeneralName(GeneralName.rfc822Name, "a@shop.example"),
              new GeneralName(
                  GeneralName.uniformResourceIdentifier, "spiffe://shop.example/orders")
            }));
    asked.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
    asked.addExtension(
        Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
    String algorithm =
        switch (kind) {
          case "P-256" -> "SHA256withECDSA";
          case "P-384" -> "SHA384withECDSA";
          case "RSA" -> "SHA256withRSA";
          default -> "Ed25519";
        };
    return new PKCS10CertificationRequestBuilder(
            new X500Name("CN=orders.shop.example"),
            SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded()))
        .addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, asked.generate())
        .build(new JcaContentSignerBuilder(algorithm).build(pair.getPrivate()));
  }

  private static byte[] pem(byte[] der) {
    return ("-----BEGIN CERTIFICATE REQUEST-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
            + "\n-----END CERTIFICATE REQUEST-----\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  /** As {@link SignedRequests} reads it. */
  private static byte[] split(PKCS10CertificationRequest request) throws IOException {
    byte[] subject = content(request.getSubject().getEncoded());
    byte[] attributes = request.getAttributes()[0].getEncoded();
    byte[] all = new byte[1 + subject.length + attributes.length];
    all[0] = (byte) subject.length;
    System.arraycopy(subject, 0, all, 1, subject.length);
    System.arraycopy(attributes, 0, all, 1 + subject.length, attributes.length);
    return all;
  }

  /** Of something shorter than 128 octets. */
  private static byte[] content(byte[] der) {
    return Arrays.copyOfRange(der, 2, der.length);
  }

  private static byte[] blob(KeyPair pair, String kind) {
    byte[] spki = pair.getPublic().getEncoded();
    SshOctets to = new SshOctets();
    return switch (kind) {
      case "RSA" -> {
        RSAPublicKey rsa = (RSAPublicKey) pair.getPublic();
        yield to.string("ssh-rsa")
            .string(rsa.getPublicExponent().toByteArray())
            .string(rsa.getModulus().toByteArray())
            .octets();
      }
      case "Ed25519" -> to.string("ssh-ed25519").string(tail(spki, 32)).octets();
      case "P-256" ->
          to.string("ecdsa-sha2-nistp256").string("nistp256").string(tail(spki, 65)).octets();
      default ->
          to.string("ecdsa-sha2-nistp384").string("nistp384").string(tail(spki, 97)).octets();
    };
  }

  private static byte[] tail(byte[] all, int length) {
    return Arrays.copyOfRange(all, all.length - length, all.length);
  }

  private static String name(byte[] blob) {
    return new String(blob, Integer.BYTES, blob[3], StandardCharsets.US_ASCII);
  }
}
