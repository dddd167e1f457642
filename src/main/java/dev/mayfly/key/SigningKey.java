package dev.mayfly.key;

import dev.mayfly.store.KeyId;
import java.time.Instant;

/** A key that can sign, wherever its private part is held. Safe for any number of threads. */
public interface SigningKey {

  KeyId id();

  Alg alg();

  /** Nothing it signs may outlive this (rule 4); the database clock decides. */
  Instant notAfter();

  /** The signature over the input in JOSE's format: for ES256 64 bytes, R then S. */
  byte[] sign(byte[] input);
}
