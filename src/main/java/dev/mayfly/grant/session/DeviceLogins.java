package dev.mayfly.grant.session;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.grant.Person;
import dev.mayfly.identity.login.LoginLimits;
import dev.mayfly.key.OpaqueToken;
import dev.mayfly.store.Database;
import dev.mayfly.store.IdentityId;
import dev.mayfly.store.Seconds;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Devices that wait for a person to confirm them in a browser (RFC 8628). The device holds one
 * code, the person reads another; what they get is bound to the key that the device showed first.
 */
@ApplicationScoped
public class DeviceLogins {

  /* Two devices could draw one user code: the second draws again. */
  private static final String BEGIN =
      """
      INSERT INTO device_logins (device_hash, user_code, jkt, asked_from, end_site, fresh, acr, asked_at, pause, state,
                                 until)
      VALUES ($1, $2, $3, $4, $5, $6, $7, mayfly_now(), make_interval(secs => $8), 'WAITING',
              mayfly_now() + make_interval(secs => $9))
      ON CONFLICT DO NOTHING
      """;

  /* By device_logins_by_end_site. */
  private static final String FROM_HERE =
      "SELECT count(*) AS some FROM device_logins WHERE end_site = $1 AND until > mayfly_now() AND state = 'WAITING'";

  /* By primary key. */
  private static final String IS_BEGUN =
      "SELECT 1 FROM device_logins WHERE device_hash = $1 AND jkt = $2";

  private static final String LOOK =
      """
      SELECT user_code, asked_from, asked_at, fresh, acr FROM device_logins
      WHERE user_code = $1 AND state = 'WAITING' AND until > mayfly_now()
      """;

  private static final String DECIDE =
      """
      UPDATE device_logins SET state = $3, confirmer = $2
      WHERE user_code = $1 AND state = 'WAITING' AND until > mayfly_now()
      """;

  /* By wrong_device_codes_by_at: the wrong ones of ten minutes, bounded by what is allowed. */
  private static final String WRONG =
      """
      SELECT count(*) AS together, count(*) FILTER (WHERE identity_id = $1) AS mine FROM wrong_device_codes
      WHERE at > mayfly_now() - interval '10 minutes'
      """;

  private static final String COUNT =
      "INSERT INTO wrong_device_codes (identity_id, at) VALUES ($1, mayfly_now())";

  private static final int DRAWS = 5;

  private final Database database;
  private final LoginLimits limits;

  public DeviceLogins(Database database, LoginLimits limits) {
    this.database = database;
    this.limits = limits;
  }

  /** What a device is told (RFC 8628 3.2). */
  public record Begun(String deviceCode, UserCode userCode, Duration lasts, Duration pause) {

    /** Without the device's code. */
    @Override
    public String toString() {
      return "Begun[" + userCode.shown() + "]";
    }
  }

  /**
   * What a device wants.
   *
   * @param jkt thumbprint of its key
   * @param askedFrom its address
   * @param fresh whether the person has to prove anew who they are
   * @param acr how strongly; none: any
   */
  public record Wanted(String jkt, String askedFrom, boolean fresh, List<String> acr) {
    public Wanted {
      acr = List.copyOf(acr);
    }
  }

  /** A device that waits, as a person sees it. */
  public record Waiting(
      UserCode code, String askedFrom, Instant askedAt, boolean fresh, List<String> acr) {
    public Waiting {
      acr = List.copyOf(acr);
    }

    /** Whether this person's login is what the device asked for. */
    public boolean isMetBy(Person person) {
      return (!fresh || !person.authTime().isBefore(askedAt.minusSeconds(1)))
          && (acr.isEmpty() || person.acr().filter(acr::contains).isPresent());
    }
  }

  /**
   * Begins one, for whoever asks: so there are only so many at a time from one end site.
   *
   * @return refused with {@code too-many-devices} when as many as may be wait already
   */
  public Uni<Outcome<Begun>> begin(Wanted wanted) {
    return database
        .run(FROM_HERE, Tuple.of(EndSite.of(wanted.askedFrom()).text()))
        .map(rows -> rows.iterator().next().getLong("some"))
        .chain(
            waiting ->
                waiting < limits.devicesEach()
                    ? begin(wanted, DRAWS).map(Outcome::ok)
                    : Uni.createFrom()
                        .item(
                            Outcome.refused(
                                new Refusal.Unavailable(
                                    "too-many-devices",
                                    "too many device logins were begun from "
                                        + wanted.askedFrom()))));
  }

  /** Whether a device with this key was given this code, whatever has become of it. */
  public Uni<Boolean> isBegun(String deviceCode, String jkt) {
    return database.run(IS_BEGUN, Tuple.of(hash(deviceCode), jkt)).map(rows -> rows.size() > 0);
  }

  private Uni<Begun> begin(Wanted wanted, int draws) {
    Begun begun =
        new Begun(OpaqueToken.fresh(), UserCode.fresh(), limits.deviceLasts(), limits.devicePoll());
    Tuple parameters =
        Tuple.tuple()
            .addValue(hash(begun.deviceCode()))
            .addString(begun.userCode().letters())
            .addString(wanted.jkt())
            .addString(wanted.askedFrom())
            .addString(EndSite.of(wanted.askedFrom()).text())
            .addBoolean(wanted.fresh())
            .addArrayOfString(wanted.acr().toArray(String[]::new))
            .addDouble(Seconds.of(begun.pause()))
            .addDouble(Seconds.of(begun.lasts()));
    return database
        .run(BEGIN, parameters)
        .chain(
            made ->
                made.rowCount() == 1 || draws == 0
                    ? Uni.createFrom().item(begun)
                    : begin(wanted, draws - 1));
  }

  /**
   * The device that waits for this code. A wrong one is counted: against this person, and against
   * everybody together.
   */
  public Uni<Outcome<Waiting>> look(String typed, IdentityId person) {
    return database
        .run(WRONG, Tuple.of(person.value()))
        .chain(
            rows -> {
              Row wrong = rows.iterator().next();
              boolean tooMany =
                  wrong.getLong("mine") >= limits.wrongCodesEach()
                      || wrong.getLong("together") >= limits.wrongCodesTogether();
              return tooMany ? tooMany() : find(typed, person);
            });
  }

  private Uni<Outcome<Waiting>> find(String typed, IdentityId person) {
    Optional<UserCode> code = UserCode.typed(typed);
    if (code.isEmpty()) {
      return count(person);
    }
    return database
        .run(LOOK, Tuple.of(code.get().letters()))
        .chain(
            rows -> {
              for (Row row : rows) {
                return Uni.createFrom().item(Outcome.ok(waiting(row, code.get())));
              }
              return count(person);
            });
  }

  private Uni<Outcome<Waiting>> count(IdentityId person) {
    return database
        .run(COUNT, Tuple.of(person.value()))
        .replaceWith(
            Outcome.refused(
                new Refusal.NotFound("device-code-unknown", "no device waits for this code")));
  }

  private static Uni<Outcome<Waiting>> tooMany() {
    return Uni.createFrom()
        .item(
            Outcome.refused(
                new Refusal.Denied("too-many-wrong-codes", "too many wrong device codes")));
  }

  private static Waiting waiting(Row row, UserCode code) {
    return new Waiting(
        code,
        row.getString("asked_from"),
        row.getOffsetDateTime("asked_at").toInstant(),
        row.getBoolean("fresh"),
        List.of(row.getArrayOfStrings("acr")));
  }

  /** The person's word, given once: it is theirs, or they do not know it. */
  public Uni<Outcome<Boolean>> decide(UserCode code, Person person, boolean theirs) {
    return database
        .run(
            DECIDE,
            Tuple.of(code.letters(), person.session().value(), theirs ? "CONFIRMED" : "REFUSED"))
        .map(
            changed ->
                changed.rowCount() == 1
                    ? Outcome.ok(theirs)
                    : Outcome.refused(
                        new Refusal.NotFound(
                            "device-code-unknown", "no device waits for this code any more")));
  }

  private static Buffer hash(String secret) {
    return Buffer.buffer(OpaqueToken.hash(secret));
  }
}
