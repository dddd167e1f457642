package dev.mayfly.credential.x509;

import dev.mayfly.store.KeyId;
import java.time.Instant;

/**
 * The certificate by which a key may sign OCSP answers for one authority (RFC 6960 4.2.2.2).
 *
 * @param key that signs the answers
 * @param issuer whose certificates are answered for
 * @param der the certificate, signed by that issuer
 * @param notAfter nothing it signs is good from then on (rule 4)
 */
@SuppressWarnings("ArrayRecordComponent") // handed out, never compared
public record Responder(KeyId key, KeyId issuer, byte[] der, Instant notAfter) {}
