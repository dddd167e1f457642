package dev.mayfly.key;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.store.KeyId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;

/**
 * Holds private keys in the database, wrapped by AES-256-GCM under a key-encryption key that never
 * gets there.
 *
 * <pre>
 *   held = 01 | id of the key-encryption key (8) | nonce (12) | ciphertext of the PKCS#8 form | tag (16)
 *   associated data = the first 9 bytes, then custody, ring and kid, each with its length before it
 * </pre>
 *
 * The associated data nails a wrapped key to its row: moved to another kid or ring it does not
 * open. The nonce is random: at a handful of keys a day the 2^32 wrappings that NIST SP 800-38D 8.3
 * allows under one key are out of reach.
 */
final class WrappedCustody implements Custody {

  static final String ID = "wrapped";

  private static final byte FORMAT = 1;
  private static final int HEADER_LENGTH = 1 + KeyEncryptionKey.ID_LENGTH;
  private static final int NONCE_LENGTH = 12;
  private static final int TAG_LENGTH = 16;

  /**
   * A token's signature needs to hold for a day; one of a CA for as long as somebody looks at it.
   */
  private static final int RSA_BITS_OF_TOKENS = 2048;

  private static final int RSA_BITS_OF_CAS = 3072;

  private final CryptoProvider crypto;
  private final KeyEncryptionKey present;
  private final List<KeyEncryptionKey> earlier;
  private final SecureRandom random = new SecureRandom();

  WrappedCustody(CryptoProvider crypto, KeyEncryptionKey present, List<KeyEncryptionKey> earlier) {
    this.crypto = crypto;
    this.present = present;
    this.earlier = List.copyOf(earlier);
  }

  @Override
  public String id() {
    return ID;
  }

  @Override
  public Made make(RingName ring) {
    KeyPair pair = generate(ring);
    PublicJwk publicKey = PublicJwk.of(ring.alg(), pair.getPublic());
    byte[] secret = pair.getPrivate().getEncoded();
    try {
      return new Made(publicKey, wrap(publicKey.id(), ring, secret));
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }

  private KeyPair generate(RingName ring) {
    try {
      KeyPairGenerator generator = crypto.keyPairGenerator(ring.alg());
      switch (ring.alg()) {
        case ES256 -> generator.initialize(new ECGenParameterSpec("secp256r1"));
        case ES384 -> generator.initialize(new ECGenParameterSpec("secp384r1"));
        case RS256 -> generator.initialize(ring.isJose() ? RSA_BITS_OF_TOKENS : RSA_BITS_OF_CAS);
        case ED25519, ML_DSA_65 -> {} // the name says it all
      }
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(crypto.name() + " makes no keys for " + ring, e);
    }
  }

  @Override
  public Outcome<Signer> open(KeyId id, RingName ring, byte[] held) {
    return unwrap(id, ring, held).then(secret -> signer(id, ring, secret));
  }

  private Outcome<Signer> signer(KeyId id, RingName ring, byte[] secret) {
    try {
      PrivateKey key =
          crypto.keyFactory(ring.alg()).generatePrivate(new PKCS8EncodedKeySpec(secret));
      return Outcome.ok(new LocalSigner(crypto, ring.alg(), key));
    } catch (GeneralSecurityException e) {
      return notOpened("key " + id + " is not a " + ring.alg() + " key");
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }

  @Override
  public Optional<byte[]> renew(KeyId id, RingName ring, byte[] held) {
    if (Arrays.equals(held, 0, HEADER_LENGTH, header(present), 0, HEADER_LENGTH)) {
      return Optional.empty();
    }
    return switch (unwrap(id, ring, held)) {
      case Outcome.Ok<byte[]>(byte[] secret) -> {
        byte[] anew = wrap(id, ring, secret);
        Arrays.fill(secret, (byte) 0);
        yield Optional.of(anew);
      }
      case Outcome.Refused<byte[]> refused -> Optional.empty();
    };
  }

  byte[] wrap(KeyId id, RingName ring, byte[] secret) {
    byte[] nonce = new byte[NONCE_LENGTH];
    random.nextBytes(nonce);
    byte[] header = header(present);
    try {
      Cipher cipher = cipher(Cipher.ENCRYPT_MODE, present, nonce);
      cipher.updateAAD(bound(header, id, ring));
      byte[] sealed = cipher.doFinal(secret);
      return ByteBuffer.allocate(HEADER_LENGTH + NONCE_LENGTH + sealed.length)
          .put(header)
          .put(nonce)
          .put(sealed)
          .array();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("wrapping failed", e);
    }
  }

  Outcome<byte[]> unwrap(KeyId id, RingName ring, byte[] held) {
    if (held.length <= HEADER_LENGTH + NONCE_LENGTH + TAG_LENGTH || held[0] != FORMAT) {
      return notOpened("key " + id + " is not in a form that this version wraps");
    }
    byte[] header = Arrays.copyOf(held, HEADER_LENGTH);
    Optional<KeyEncryptionKey> kek =
        Stream.concat(Stream.of(present), earlier.stream())
            .filter(candidate -> Arrays.equals(header(candidate), header))
            .findFirst();
    if (kek.isEmpty()) {
      return notOpened(wrongKek(id, header));
    }
    byte[] nonce = Arrays.copyOfRange(held, HEADER_LENGTH, HEADER_LENGTH + NONCE_LENGTH);
    try {
      Cipher cipher = cipher(Cipher.DECRYPT_MODE, kek.get(), nonce);
      cipher.updateAAD(bound(header, id, ring));
      int sealed = HEADER_LENGTH + NONCE_LENGTH;
      return Outcome.ok(cipher.doFinal(held, sealed, held.length - sealed));
    } catch (AEADBadTagException e) {
      return notOpened("key " + id + " was changed in the database, or belongs to another row");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("unwrapping failed", e);
    }
  }

  private String wrongKek(KeyId id, byte[] header) {
    return "key "
        + id
        + " is wrapped under key-encryption key "
        + HexFormat.of().formatHex(header, 1, HEADER_LENGTH)
        + " but mayfly.key.kek-file holds "
        + present
        + ": set the right file, or name the earlier one in mayfly.key.previous-kek-files";
  }

  private Cipher cipher(int mode, KeyEncryptionKey kek, byte[] nonce)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding", crypto.jca());
    cipher.init(mode, kek.key(), new GCMParameterSpec(TAG_LENGTH * Byte.SIZE, nonce));
    return cipher;
  }

  private static byte[] header(KeyEncryptionKey kek) {
    return ByteBuffer.allocate(HEADER_LENGTH).put(FORMAT).put(kek.id()).array();
  }

  private static byte[] bound(byte[] header, KeyId id, RingName ring) {
    ByteBuffer data = ByteBuffer.allocate(1024).put(header);
    for (String part : List.of(ID, ring.toString(), id.value())) {
      byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
      data.putInt(bytes.length).put(bytes);
    }
    return Arrays.copyOf(data.array(), data.position());
  }

  private static <T> Outcome<T> notOpened(String why) {
    return Outcome.refused(new Refusal.Unavailable("key-not-opened", why));
  }
}
