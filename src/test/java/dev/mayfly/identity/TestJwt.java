package dev.mayfly.identity;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Makes JWTs with the JDK's own signatures, and lets a test write what no library would: the header
 * and the payload are whatever text it wants.
 */
public final class TestJwt {

  /** A key pair, its JWK with a kid, and the alg it signs with. */
  public record Signer(KeyPair pair, JWK jwk, String alg) {

    byte[] sign(String input) {
      try {
        Signature engine = Signature.getInstance(jcaName(alg));
        if (alg.startsWith("PS")) {
          engine.setParameter(
              new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
        }
        engine.initSign(pair.getPrivate());
        engine.update(input.getBytes(StandardCharsets.US_ASCII));
        return engine.sign();
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }

    Signer as(String otherAlg) {
      return new Signer(pair, jwk, otherAlg);
    }
  }

  private final Map<String, Object> header = new LinkedHashMap<>();
  private final Map<String, Object> claims = new LinkedHashMap<>();

  public TestJwt header(String name, Object value) {
    header.put(name, value);
    return this;
  }

  public TestJwt claim(String name, Object value) {
    claims.put(name, value);
    return this;
  }

  TestJwt without(String name) {
    claims.remove(name);
    header.remove(name);
    return this;
  }

  TestJwt with(Consumer<TestJwt> change) {
    change.accept(this);
    return this;
  }

  Map<String, Object> claims() {
    return claims;
  }

  public String signedBy(Signer signer) {
    header.putIfAbsent("alg", signer.alg());
    return signed(json(header), json(claims), signer);
  }

  static String signed(String headerJson, String payloadJson, Signer signer) {
    String input = base64(headerJson) + "." + base64(payloadJson);
    return input + "." + Base64URL.encode(signer.sign(input));
  }

  String unsigned(String signature) {
    return base64(json(header)) + "." + base64(json(claims)) + "." + signature;
  }

  static String base64(String text) {
    return Base64URL.encode(text).toString();
  }

  static String json(Map<String, Object> members) {
    return JSONObjectUtils.toJSONString(members);
  }

  public static Signer es256(String kid) {
    return ec(kid, "ES256", "secp256r1", Curve.P_256);
  }

  static Signer ec(String kid, String alg, String curve, Curve jose) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec(curve));
      KeyPair pair = generator.generateKeyPair();
      JWK jwk = new ECKey.Builder(jose, (ECPublicKey) pair.getPublic()).keyID(kid).build();
      return new Signer(pair, jwk, alg);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static Signer rsa(String kid, String alg, int bits) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(bits);
      KeyPair pair = generator.generateKeyPair();
      JWK jwk = new RSAKey.Builder((RSAPublicKey) pair.getPublic()).keyID(kid).build();
      return new Signer(pair, jwk, alg);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static Signer ed25519(String kid, String alg) {
    try {
      KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
      byte[] encoded = pair.getPublic().getEncoded();
      byte[] x = Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
      JWK jwk = new OctetKeyPair.Builder(Curve.Ed25519, Base64URL.encode(x)).keyID(kid).build();
      return new Signer(pair, jwk, alg);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String jcaName(String alg) {
    return switch (alg) {
      case "ES256" -> "SHA256withECDSAinP1363Format";
      case "ES384" -> "SHA384withECDSAinP1363Format";
      case "ES512" -> "SHA512withECDSAinP1363Format";
      case "RS256" -> "SHA256withRSA";
      case "RS384" -> "SHA384withRSA";
      case "RS512" -> "SHA512withRSA";
      case "PS256" -> "RSASSA-PSS";
      case "EdDSA", "Ed25519" -> "Ed25519";
      default -> throw new IllegalArgumentException(alg);
    };
  }
}
