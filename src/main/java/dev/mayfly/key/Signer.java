package dev.mayfly.key;

/** A private key in somebody's custody, ready to sign. Safe for any number of threads. */
@FunctionalInterface
public interface Signer {

  /** The signature over the input in JOSE's format. */
  byte[] sign(byte[] input);
}
