package dev.mayfly.http;

import com.nimbusds.jose.util.Base64URL;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** What must stand nowhere: each secret in every form in which it could have got somewhere. */
final class Secrets {

  private static final int KEK_HEADER = 9;
  private static final int NONCE = 12;
  private static final int TAG_BITS = 128;

  /** Form to what it is a form of. */
  private final Map<String, String> forms = new LinkedHashMap<>();

  /** A token or an assertion: whole, and the part without which it is worth nothing. */
  void addJwt(String what, String jwt) {
    String signature = jwt.substring(jwt.lastIndexOf('.') + 1);
    if (signature.length() < 43) {
      return; // no signature, no secret
    }
    addText(what + ", signature", signature);
    addBytes(what + ", signature", new Base64URL(signature).decode());
  }

  /** A private key, by its number. */
  void addKey(String what, PrivateKey key) {
    switch (key) {
      case ECPrivateKey ec -> addNumber(what, ec.getS(), 32);
      case RSAPrivateCrtKey rsa -> {
        addNumber(what + ", d", rsa.getPrivateExponent(), 256);
        addNumber(what + ", p", rsa.getPrimeP(), 128);
      }
      case EdECPrivateKey ed -> addBytes(what, ed.getBytes().orElseThrow());
      default -> throw new IllegalArgumentException(key.getAlgorithm());
    }
  }

  void addText(String what, String text) {
    forms.put(text, what);
    forms.put(hex(text.getBytes(StandardCharsets.UTF_8)), what + " in hexadecimal");
  }

  void addBytes(String what, byte[] bytes) {
    forms.put(hex(bytes), what + " in hexadecimal");
    forms.put(Base64URL.encode(bytes).toString(), what + " in base64url");
    forms.put(Base64.getEncoder().encodeToString(bytes), what + " in base64");
  }

  /** The broker's own keys, unwrapped as docs and code say they are wrapped. */
  void addSigningKeys(Connection connection) throws SQLException {
    try (ResultSet keys =
        connection
            .createStatement()
            .executeQuery(
                "SELECT kid, ring, custody, wrapped FROM signing_keys WHERE wrapped IS NOT NULL")) {
      while (keys.next()) {
        String ring = keys.getString("ring");
        byte[] pkcs8 =
            unwrap(
                keys.getString("custody"), ring, keys.getString("kid"), keys.getBytes("wrapped"));
        addBytes("signing key of " + ring + ", PKCS#8", pkcs8);
        addKey("signing key of " + ring, privateKey(ring, pkcs8));
      }
    }
  }

  int size() {
    return forms.size();
  }

  List<String> names() {
    return forms.values().stream().distinct().toList();
  }

  /** Which secret stands in the text, if one does. */
  Optional<String> in(String text) {
    String lower = text.toLowerCase(java.util.Locale.ROOT);
    return forms.entrySet().stream()
        .filter(form -> text.contains(form.getKey()) || isHexIn(form, lower))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  private static boolean isHexIn(Map.Entry<String, String> form, String lower) {
    return form.getValue().endsWith("hexadecimal") && lower.contains(form.getKey());
  }

  private void addNumber(String what, BigInteger number, int length) {
    byte[] signed = number.toByteArray();
    byte[] bytes = new byte[length];
    int skip = Math.max(0, signed.length - length);
    System.arraycopy(signed, skip, bytes, length - (signed.length - skip), signed.length - skip);
    addBytes(what, bytes);
    forms.put(number.toString(), what + " in digits");
  }

  private static PrivateKey privateKey(String ring, byte[] pkcs8) {
    String type =
        switch (ring.substring(ring.indexOf('/') + 1)) {
          case "ES256" -> "EC";
          case "RS256" -> "RSA";
          default -> "Ed25519";
        };
    try {
      return KeyFactory.getInstance(type).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] unwrap(String custody, String ring, String kid, byte[] wrapped) {
    try {
      byte[] kek = Base64.getUrlDecoder().decode(Files.readString(Path.of("keys-dev/kek")).strip());
      ByteArrayOutputStream associated = new ByteArrayOutputStream();
      associated.write(wrapped, 0, KEK_HEADER);
      for (String part : List.of(custody, ring, kid)) {
        byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
        associated.write(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
        associated.write(bytes);
      }
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(
          Cipher.DECRYPT_MODE,
          new SecretKeySpec(kek, "AES"),
          new GCMParameterSpec(TAG_BITS, wrapped, KEK_HEADER, NONCE));
      cipher.updateAAD(associated.toByteArray());
      int from = KEK_HEADER + NONCE;
      return cipher.doFinal(wrapped, from, wrapped.length - from);
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
