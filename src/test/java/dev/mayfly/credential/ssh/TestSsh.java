package dev.mayfly.credential.ssh;

import dev.mayfly.Outcome;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;

/** Keys and CAs for tests; the CAs sign in JOSE's form, as the key rings do. */
public final class TestSsh {

  private TestSsh() {}

  public static KeyPair ed25519() {
    return pair("Ed25519", NamedParameterSpec.ED25519);
  }

  public static KeyPair ec(String curve) {
    return pair("EC", new ECGenParameterSpec(curve));
  }

  public static KeyPair rsa(int bits) {
    return pair("RSA", new RSAKeyGenParameterSpec(bits, RSAKeyGenParameterSpec.F4));
  }

  /** A fresh CA for that way of signing. */
  public static SshCa ca(SshSigning signing) {
    return switch (signing) {
      case ED25519 -> ca(ed25519(), signing, "Ed25519");
      case ECDSA_P256 -> ca(ec("secp256r1"), signing, "SHA256withECDSAinP1363Format");
      case ECDSA_P384 -> ca(ec("secp384r1"), signing, "SHA384withECDSAinP1363Format");
      case RSA_SHA256 -> ca(rsa(3072), signing, "SHA256withRSA");
      case RSA_SHA512 -> ca(rsa(3072), signing, "SHA512withRSA");
    };
  }

  /** The key of that text, which must be a good one. */
  public static SshPublicKey key(String text) {
    return switch (SshPublicKey.read(text)) {
      case Outcome.Ok<SshPublicKey>(SshPublicKey key) -> key;
      case Outcome.Refused<SshPublicKey>(var refusal) -> throw new AssertionError(refusal);
    };
  }

  private static SshCa ca(KeyPair pair, SshSigning signing, String algorithm) {
    return new SshCa(
        SshPublicKey.of(pair.getPublic()), signing, input -> signature(pair, algorithm, input));
  }

  private static byte[] signature(KeyPair pair, String algorithm, byte[] input) {
    try {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(pair.getPrivate());
      signature.update(input);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static KeyPair pair(String algorithm, AlgorithmParameterSpec parameters) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
      generator.initialize(parameters);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }
}
