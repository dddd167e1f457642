package bench;

import java.util.List;
import java.util.stream.Collectors;

/**
 * The realm that Keycloak imports: ES256 tokens, a client with a secret and one with a key each.
 */
final class KeycloakRealm {

  static final String NAME = "bench";

  private KeycloakRealm() {}

  static String json(List<Client> clients, String secret) {
    String all =
        clients.stream()
            .map(client -> withSecret(client, secret) + "," + withKey(client))
            .collect(Collectors.joining(","));
    return """
    {"realm": "%s", "enabled": true, "sslRequired": "none",
     "defaultSignatureAlgorithm": "ES256", "accessTokenLifespan": 300,
     "components": {"org.keycloak.keys.KeyProvider": [
       {"name": "es256", "providerId": "ecdsa-generated",
        "config": {"priority": ["200"], "ecdsaEllipticCurveKey": ["P-256"]}}]},
     "clients": [%s]}
    """
        .formatted(NAME, all);
  }

  static String secretId(Client client) {
    return client.id() + "-secret";
  }

  private static String withSecret(Client client, String secret) {
    return """
    {"clientId": "%s", "clientAuthenticatorType": "client-secret", "secret": "%s", %s}\
    """
        .formatted(secretId(client), secret, common(""));
  }

  private static String withKey(Client client) {
    String jwks = ("{\"keys\":[" + client.publicJwk() + "]}").replace("\"", "\\\"");
    String key =
        ", \"use.jwks.string\": \"true\", \"jwks.string\": \"%s\", \"token.endpoint.auth.signing.alg\": \"ES256\""
            .formatted(jwks);
    return """
    {"clientId": "%s", "clientAuthenticatorType": "client-jwt", %s}\
    """
        .formatted(client.id(), common(key));
  }

  private static String common(String attributes) {
    return """
    "enabled": true, "publicClient": false, "serviceAccountsEnabled": true,
    "standardFlowEnabled": false, "directAccessGrantsEnabled": false,
    "attributes": {"access.token.signed.response.alg": "ES256"%s}\
    """
        .formatted(attributes);
  }
}
