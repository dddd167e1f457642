package dev.mayfly.identity.certificate;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CRLConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** An authority of somebody else's, which gives out whatever certificate a test asks for. */
public record TestAuthority(X509Certificate certificate, KeyPair pair) {

  static final Instant NOW = Instant.parse("2031-05-06T07:08:09Z");

  private static final AtomicLong SERIALS = new AtomicLong(1);

  /** One more extension of a certificate. */
  private record Extra(
      org.bouncycastle.asn1.ASN1ObjectIdentifier id, boolean critical, Object value) {}

  /** What one certificate is to be. */
  public static final class Wanted {
    private String subject = "CN=client";
    private KeyPair pair = ec();
    private Instant from = NOW.minus(Duration.ofHours(1));
    private Instant until = NOW.plus(Duration.ofHours(1));
    private String signature = "SHA256withECDSA";
    private final List<Extra> extras = new ArrayList<>();

    public Wanted subject(String name) {
      subject = name;
      return this;
    }

    public Wanted pair(KeyPair other) {
      pair = other;
      return this;
    }

    public Wanted from(Instant instant) {
      from = instant;
      return this;
    }

    public Wanted until(Instant instant) {
      until = instant;
      return this;
    }

    public Wanted signature(String algorithm) {
      signature = algorithm;
      return this;
    }

    public Wanted name(int type, String name) {
      return extra(
          Extension.subjectAlternativeName, false, new GeneralNames(new GeneralName(type, name)));
    }

    public Wanted authority(int pathLength) {
      return extra(Extension.basicConstraints, true, new BasicConstraints(pathLength))
          .usage(KeyUsage.keyCertSign | KeyUsage.cRLSign);
    }

    public Wanted usage(int bits) {
      return extra(Extension.keyUsage, true, new KeyUsage(bits));
    }

    public Wanted extra(
        org.bouncycastle.asn1.ASN1ObjectIdentifier id,
        boolean critical,
        org.bouncycastle.asn1.ASN1Encodable value) {
      extras.add(new Extra(id, critical, value));
      return this;
    }
  }

  public static Wanted wanted() {
    return new Wanted();
  }

  /** A root that lets one authority stand below it. */
  public static TestAuthority root(String name) {
    return root(wanted().subject(name).authority(1));
  }

  public static TestAuthority root(Wanted wanted) {
    return new TestAuthority(
        sign(wanted.until(NOW.plus(Duration.ofDays(1))), wanted.subject, wanted.pair), wanted.pair);
  }

  public X509Certificate issue(Wanted wanted) {
    return sign(wanted, certificate.getSubjectX500Principal().getName(), pair);
  }

  public TestAuthority below(Wanted wanted) {
    return new TestAuthority(issue(wanted), wanted.pair);
  }

  X509CRL crl(Instant until, X509Certificate... revoked) {
    try {
      var builder =
          new JcaX509v2CRLBuilder(
              certificate.getSubjectX500Principal(), Date.from(NOW.minusSeconds(60)));
      builder.setNextUpdate(Date.from(until));
      for (X509Certificate one : revoked) {
        builder.addCRLEntry(
            one.getSerialNumber(), Date.from(NOW.minusSeconds(90)), CRLReason.keyCompromise);
      }
      return new JcaX509CRLConverter()
          .getCRL(
              builder.build(
                  new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate())));
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static X509Certificate sign(Wanted wanted, String issuer, KeyPair signer) {
    try {
      var builder =
          new JcaX509v3CertificateBuilder(
              new X500Name(issuer),
              BigInteger.valueOf(SERIALS.getAndIncrement()),
              Date.from(wanted.from),
              Date.from(wanted.until),
              new X500Name(wanted.subject),
              wanted.pair.getPublic());
      for (Extra extra : wanted.extras) {
        builder.addExtension(
            extra.id(), extra.critical(), (org.bouncycastle.asn1.ASN1Encodable) extra.value());
      }
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(
                  new JcaContentSignerBuilder(wanted.signature).build(signer.getPrivate())));
    } catch (GeneralSecurityException
        | OperatorCreationException
        | org.bouncycastle.cert.CertIOException e) {
      throw new IllegalStateException(e);
    }
  }

  static KeyPair ec() {
    return pair("EC", 256);
  }

  static KeyPair pair(String algorithm, int bits) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
      generator.initialize(bits);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
