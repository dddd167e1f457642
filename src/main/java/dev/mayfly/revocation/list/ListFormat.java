package dev.mayfly.revocation.list;

import dev.mayfly.credential.ListKind;
import dev.mayfly.store.KeyId;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How one kind of list says what was revoked. The publisher finds out what is to be said and when;
 * a format knows bytes. Adding a kind of list is adding a package with one of these.
 */
public interface ListFormat {

  /** Which lists it makes. */
  ListKind kind();

  /**
   * The content with these entries on it. What is on it stays (rule 6); an entry that is there
   * already changes nothing. Called on a worker thread.
   *
   * @param size how many places the list has
   * @param turn whose moment is when they came onto the list
   */
  byte[] add(byte[] content, int size, List<Revoked> revoked, Turn turn);

  /** What its document is made of, where that is not its own content. */
  default Uni<Optional<byte[]>> source(SqlConnection connection, Turn turn) {
    return Uni.createFrom().item(Optional.empty());
  }

  /**
   * Makes the document. May take milliseconds: called on a worker thread.
   *
   * @return empty when no key may sign it now, or this node does not hold that key
   */
  Optional<Signed> sign(Unsigned list, Turn turn);

  /** The list that has to be made anew when one of these has changed. */
  default Optional<ListKind> carriedBy() {
    return Optional.empty();
  }

  /**
   * One list before it is signed.
   *
   * @param key whose credentials are on it; empty where any key's may be
   * @param uri byte for byte as in the credentials
   * @param source as {@link #source} has it, or the list's content
   */
  @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
  record Unsigned(long id, Optional<KeyId> key, String uri, byte[] source) {}

  /** A document and the end it states. */
  @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
  record Signed(byte[] document, Instant expiresAt) {}
}
