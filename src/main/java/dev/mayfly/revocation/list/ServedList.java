package dev.mayfly.revocation.list;

import dev.mayfly.credential.ListKind;
import dev.mayfly.store.ListId;
import java.time.Instant;

/**
 * One signed list as every node serves it.
 *
 * @param seq the publication that made it; a list never goes back to an older one (rule 7)
 * @param document the body, in the media type of its kind
 * @param gzip the same body, compressed for {@code Content-Encoding: gzip}; of a status list only
 * @param etag strong and quoted, of the uncompressed body
 * @param expiresAt its {@code exp}: it is not served from then on (rule 7)
 */
@SuppressWarnings("ArrayRecordComponent") // handed to the socket as they are, never compared
public record ServedList(
    ListId id,
    ListKind kind,
    String uri,
    long seq,
    byte[] document,
    byte[] gzip,
    String etag,
    Instant signedAt,
    Instant expiresAt) {}
