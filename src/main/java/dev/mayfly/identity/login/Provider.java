package dev.mayfly.identity.login;

import java.net.URI;
import java.util.Optional;

/**
 * Where a people's provider answers, by its own metadata (OpenID Connect Discovery 3).
 *
 * @param authorization where the browser is sent
 * @param token where codes are exchanged
 * @param userinfo what more it says of a person
 * @param saysIssuer whether its answers name it (RFC 9207 3)
 */
record Provider(URI authorization, URI token, Optional<URI> userinfo, boolean saysIssuer) {}
