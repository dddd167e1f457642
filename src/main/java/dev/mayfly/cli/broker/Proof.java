package dev.mayfly.cli.broker;

import java.time.Instant;
import java.util.Map;

/**
 * What a workload shows to prove who it is: as fields of a form at the token endpoint, and as
 * members of the same names where certificates are asked for (RFC 6749 4.4, RFC 7521 4).
 */
public sealed interface Proof {

  String CLIENT_CREDENTIALS = "client_credentials";

  /** What goes into the request; made at the last moment, since some of it is good for a minute. */
  Map<String, String> members(String issuer, Instant now) throws Stop;

  /** A key of its own: a client assertion (RFC 7523 2.2). */
  record Key(ClientKey key) implements Proof {

    static final String TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    @Override
    public Map<String, String> members(String issuer, Instant now) throws Stop {
      return Map.of(
          "grant_type",
          CLIENT_CREDENTIALS,
          "client_id",
          key.clientId(),
          "client_assertion_type",
          TYPE,
          "client_assertion",
          key.assertion(issuer, now));
    }
  }

  /** What another issuer says of it (RFC 7523 2.1). */
  record Assertion(String text) implements Proof {
    @Override
    public Map<String, String> members(String issuer, Instant now) {
      return Map.of("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion", text);
    }
  }

  /** What an operator made for it, good once. */
  record JoinToken(String text) implements Proof {
    @Override
    public Map<String, String> members(String issuer, Instant now) {
      return Map.of(
          "grant_type", "urn:mayfly:params:oauth:grant-type:join-token", "join_token", text);
    }
  }

  /** The certificate that its connection shows (RFC 8705 2); the request only says whose it is. */
  record Certificate(String clientId) implements Proof {
    @Override
    public Map<String, String> members(String issuer, Instant now) {
      return Map.of("grant_type", CLIENT_CREDENTIALS, "client_id", clientId);
    }
  }
}
