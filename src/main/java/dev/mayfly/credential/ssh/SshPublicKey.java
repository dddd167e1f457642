package dev.mayfly.credential.ssh;

import dev.mayfly.Outcome;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.Base64;

/**
 * A public key as SSH knows it: its type and the octets that stand for it everywhere (its blob).
 * Whoever holds one holds a key that was judged: strong enough, on its curve, written in the one
 * way it can be written. Equal when the blobs are.
 */
public final class SshPublicKey {

  private final SshKeyType type;
  private final byte[] blob;
  private final PublicKey publicKey;

  SshPublicKey(SshKeyType type, byte[] blob, PublicKey publicKey) {
    this.type = type;
    this.blob = blob.clone();
    this.publicKey = publicKey;
  }

  /**
   * A key from a request: a line of authorized_keys without options, whose comment is not looked
   * at, or the blob in base64 alone.
   */
  public static Outcome<SshPublicKey> read(String text) {
    return SshKeyText.blob(text).then(SshKeyBlob::read);
  }

  /** One of the broker's own keys, whose strength is the ring's business. */
  public static SshPublicKey of(PublicKey key) {
    return switch (key) {
      case ECPublicKey ec -> of(ec);
      case RSAPublicKey rsa -> of(rsa);
      case EdECPublicKey ed when ed.getParams().getName().equals("Ed25519") -> of(ed);
      default -> throw new IllegalArgumentException("SSH has no " + key.getAlgorithm() + " keys");
    };
  }

  private static SshPublicKey of(ECPublicKey key) {
    SshCurve curve =
        SshCurve.of(key.getParams())
            .orElseThrow(() -> new IllegalArgumentException("SSH has the NIST curves only"));
    SshKeyType type =
        switch (curve) {
          case P256 -> SshKeyType.ECDSA_P256;
          case P384 -> SshKeyType.ECDSA_P384;
          case P521 -> SshKeyType.ECDSA_P521;
        };
    byte[] blob =
        new SshWriter()
            .string(type.wireName())
            .string(curve.identifier())
            .string(curve.encoded(key.getW()))
            .bytes();
    return new SshPublicKey(type, blob, key);
  }

  private static SshPublicKey of(RSAPublicKey key) {
    byte[] blob =
        new SshWriter()
            .string(SshKeyType.RSA.wireName())
            .mpint(key.getPublicExponent())
            .mpint(key.getModulus())
            .bytes();
    return new SshPublicKey(SshKeyType.RSA, blob, key);
  }

  private static SshPublicKey of(EdECPublicKey key) {
    byte[] blob =
        new SshWriter()
            .string(SshKeyType.ED25519.wireName())
            .string(Ed25519Point.encoded(key))
            .bytes();
    return new SshPublicKey(SshKeyType.ED25519, blob, key);
  }

  public SshKeyType type() {
    return type;
  }

  /** RFC 4253 6.6: the type's name, then the key. */
  public byte[] blob() {
    return blob.clone();
  }

  /** What stands in the blob behind the name; a certificate holds it behind its nonce. */
  byte[] body() {
    return Arrays.copyOfRange(blob, Integer.BYTES + type.wireName().length(), blob.length);
  }

  /** The key as Java has it; of a security key, the one inside, which signs more than is asked. */
  public PublicKey publicKey() {
    return publicKey;
  }

  /** As {@code ssh-keygen -l} shows it. */
  public String fingerprint() {
    return "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(sha256());
  }

  /** The SHA-256 of the blob as the ledger keeps it: base64url. */
  public String thumbprint() {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(sha256());
  }

  /** A line for authorized_keys, TrustedUserCAKeys or known_hosts, without its end. */
  public String line() {
    return type.wireName() + " " + Base64.getEncoder().encodeToString(blob);
  }

  private byte[] sha256() {
    try {
      return MessageDigest.getInstance("SHA-256").digest(blob);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SshPublicKey key && Arrays.equals(blob, key.blob);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(blob);
  }

  @Override
  public String toString() {
    return type.wireName() + " " + fingerprint();
  }
}
