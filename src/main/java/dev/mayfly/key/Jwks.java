package dev.mayfly.key;

/**
 * The published public keys (RFC 7517 5), the same bytes from every node that has loaded the same
 * version.
 *
 * @param json not to be changed by who gets it
 * @param etag a strong validator with its quotes (RFC 9110 8.8.3)
 */
@SuppressWarnings("ArrayRecordComponent") // handed to the socket as it is, never compared
public record Jwks(byte[] json, String etag) {}
