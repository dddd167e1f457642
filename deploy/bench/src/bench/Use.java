package bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * From a request to a credential: people in turn ask for a role that the policy approves, and
 * exchange their session's token for one of that role. Each time it is another role of theirs, so
 * each time it is a new grant.
 */
final class Use {

  private static final byte[] ACTIVE = "\"state\":\"active\"".getBytes(StandardCharsets.US_ASCII);
  private static final String EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
  private static final String ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";
  private static final int STEPS = 2;

  /** As long as the proofs of a slice are good, with some seconds to sign them in. */
  private static final int SLICE_SECONDS = 30;

  private final Site site;
  private final Company company;
  private final List<Member> members;
  private final AtomicInteger arrivals = new AtomicInteger();

  Use(Site site, Company company, List<Member> members) {
    this.site = site;
    this.company = company;
    this.members = members;
  }

  void measure() throws IOException {
    PeopleOptions options = site.options();
    int rate = options.rate();
    int warmUp = options.warmUpSeconds();
    try (Load load = site.load(prepared(0), STEPS, Use::isGood)) {
      for (int left = warmUp; left > 0; left -= SLICE_SECONDS) {
        int seconds = Math.min(left, SLICE_SECONDS);
        load.sending(prepared(rate * seconds));
        site.say("warm-up", load.fixedRate(seconds, rate));
      }
      load.sending(prepared(rate * options.measureSeconds()));
      Measurement seen = site.measure(() -> load.fixedRate(options.measureSeconds(), rate));
      site.say("fixed rate", seen.seen());
      site.add(Figure.of("request to token in hand", rate + "/s", seen, 50));
    }
  }

  /** Proofs are signed now, before the clock runs; they are good for a minute. */
  private byte[][] prepared(int count) {
    String nonce = site.wire().nonce();
    int from = arrivals.getAndAdd(count);
    byte[][] requests = new byte[count * STEPS][];
    IntStream.range(0, count)
        .parallel()
        .forEach(
            i -> {
              int arrival = from + i;
              Member member = members.get(arrival % members.size());
              String role = company.autoRole(member.number(), arrival / members.size());
              requests[STEPS * i] = ensure(member, role, nonce);
              requests[STEPS * i + 1] = exchange(member, role, nonce);
            });
    return requests;
  }

  private byte[] ensure(Member member, String role, String nonce) {
    String body =
        "{\"roles\":[\"%s\"],\"duration\":\"30m\",\"reason\":\"to be measured\"}".formatted(role);
    return site.wire().asked(member, "POST", "/v1/grants/ensure", body, nonce);
  }

  private byte[] exchange(Member member, String role, String nonce) {
    return site.wire()
        .form(
            member,
            "/oauth/token",
            Map.of(
                "grant_type", EXCHANGE,
                "subject_token", member.token(),
                "subject_token_type", ACCESS_TOKEN,
                "role", role),
            nonce);
  }

  private static boolean isGood(int number, Connection answer) {
    return number % STEPS == 0 ? answer.isOk() && answer.holds(ACTIVE) : answer.hasToken();
  }
}
