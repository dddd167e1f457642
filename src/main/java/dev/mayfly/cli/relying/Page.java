package dev.mayfly.cli.relying;

import com.nimbusds.jose.util.JSONObjectUtils;
import dev.mayfly.cli.broker.Json;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A document fetched from the broker as it is kept on disk.
 *
 * @param freshUntil by its HTTP caching headers; a status list has stricter rules inside
 */
record Page(String uri, String body, Optional<String> etag, Instant fetchedAt, Instant freshUntil) {

  String toJson() {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("uri", uri);
    members.put("fetched_at", fetchedAt.toString());
    members.put("fresh_until", freshUntil.toString());
    etag.ifPresent(value -> members.put("etag", value));
    members.put("body", body);
    return JSONObjectUtils.toJSONString(members);
  }

  /** Empty for anything that is not this very page, whole. */
  static Optional<Page> fromJson(String text, String uri) {
    Json json = Json.parse(text).orElse(Json.EMPTY);
    Optional<String> body = json.text("body");
    Optional<Instant> fetched = json.instant("fetched_at");
    Optional<Instant> fresh = json.instant("fresh_until");
    boolean whole = body.isPresent() && fetched.isPresent() && fresh.isPresent();
    if (!whole || !json.text("uri").equals(Optional.of(uri))) {
      return Optional.empty();
    }
    return Optional.of(
        new Page(
            uri,
            body.orElseThrow(),
            json.text("etag"),
            fetched.orElseThrow(),
            fresh.orElseThrow()));
  }

  Page seenAgain(Instant at, Instant fresh) {
    return new Page(uri, body, etag, at, fresh);
  }
}
