package dev.mayfly.identity;

import java.time.Instant;
import java.util.UUID;

/**
 * What one DPoP proof came to (RFC 9449): who sent the request holds this key. It is good once; to
 * be used up by whoever acts on it.
 *
 * @param jkt the key's SHA-256 thumbprint (RFC 7638) as base64url
 * @param replayKey of this proof among all that were used
 * @param until from then on the proof is too old anyway
 */
public record DpopProof(String jkt, UUID replayKey, Instant until) {}
