package dev.mayfly.credential.ssh;

import java.util.function.UnaryOperator;

/**
 * A key that signs certificates, wherever its private part is held.
 *
 * @param signer from the octets to sign to the signature in JOSE's form
 */
public record SshCa(SshPublicKey key, SshSigning signing, UnaryOperator<byte[]> signer) {

  public SshCa {
    if (key.type() != signing.keyType()) {
      throw new IllegalArgumentException("a " + key.type() + " key does not sign " + signing);
    }
  }

  /** The signature as a certificate carries it. */
  byte[] sign(byte[] content) {
    return signing.encoded(signer.apply(content));
  }
}
