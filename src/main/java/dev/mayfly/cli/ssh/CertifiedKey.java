package dev.mayfly.cli.ssh;

import dev.mayfly.cli.broker.Stop;
import dev.mayfly.credential.ssh.SshPublicKey;
import dev.mayfly.credential.ssh.SshWriter;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.EdECPrivateKey;
import java.util.Arrays;
import java.util.Base64;

/**
 * An Ed25519 key made for one certificate. Its private part leaves this process to the user's agent
 * alone, and is never written down.
 */
public final class CertifiedKey {

  private static final String CERTIFICATE = "ssh-ed25519-cert-v01@openssh.com";

  /** With which an Ed25519 blob ends (RFC 8709 4). */
  private static final int POINT_OCTETS = 32;

  private final SshPublicKey publicKey;
  private final byte[] seed;
  private final byte[] certificate;

  private CertifiedKey(SshPublicKey publicKey, byte[] seed, byte[] certificate) {
    this.publicKey = publicKey;
    this.seed = seed;
    this.certificate = certificate;
  }

  /** A fresh key without a certificate yet. */
  public static CertifiedKey fresh() {
    try {
      KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
      byte[] seed =
          ((EdECPrivateKey) pair.getPrivate())
              .getBytes()
              .orElseThrow(() -> new IllegalStateException("a software key has its octets"));
      return new CertifiedKey(SshPublicKey.of(pair.getPublic()), seed, new byte[0]);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java makes Ed25519 keys", e);
    }
  }

  /** What is sent to the broker. */
  public SshPublicKey publicKey() {
    return publicKey;
  }

  /** With the certificate that the broker answered with, as a line of an {@code -cert.pub}. */
  public CertifiedKey with(String line) throws Stop {
    String[] words = line.strip().split(" ", 3);
    try {
      if (words.length > 1 && words[0].equals(CERTIFICATE)) {
        return new CertifiedKey(publicKey, seed, Base64.getDecoder().decode(words[1]));
      }
    } catch (IllegalArgumentException e) {
      // Told below, as any other text that is no certificate.
    }
    throw Stop.refused("no-ssh-certificate", "the answer held no certificate", "is that a broker?");
  }

  /** The certificate as a line of an {@code -cert.pub}: nothing secret is in it. */
  public String line() {
    return CERTIFICATE + " " + Base64.getEncoder().encodeToString(certificate);
  }

  /**
   * As the agent's protocol has it: certificate, public key, and the private one in front of it.
   */
  void writeTo(SshWriter message) {
    byte[] blob = publicKey.blob();
    byte[] point = Arrays.copyOfRange(blob, blob.length - POINT_OCTETS, blob.length);
    message
        .string(CERTIFICATE)
        .string(certificate)
        .string(point)
        .string(new SshWriter().raw(seed).raw(point).bytes());
  }
}
