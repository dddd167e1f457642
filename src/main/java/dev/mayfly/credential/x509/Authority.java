package dev.mayfly.credential.x509;

import dev.mayfly.store.KeyId;
import java.time.Instant;
import java.util.List;

/**
 * One of the broker's certificate authorities.
 *
 * @param key whose certificate it is
 * @param der its certificate
 * @param above the certificates between it and what a verifier trusts; without that itself
 * @param pem what a server sends after a leaf: its own certificate and those above
 */
@SuppressWarnings("ArrayRecordComponent") // handed out, never compared
public record Authority(
    KeyId key, Issuer issuer, byte[] der, List<byte[]> above, Instant notAfter, String pem) {}
