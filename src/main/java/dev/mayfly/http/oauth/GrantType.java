package dev.mayfly.http.oauth;

/** The grant types of the token endpoint, by their names on the wire. */
final class GrantType {

  static final String CLIENT_CREDENTIALS = "client_credentials";
  static final String JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";
  static final String TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";

  /** Ours: a join token is the grant (RFC 6749 4.5). */
  static final String JOIN_TOKEN = "urn:mayfly:params:oauth:grant-type:join-token";

  static final String DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code";
  static final String REFRESH_TOKEN = "refresh_token";

  private GrantType() {}
}
