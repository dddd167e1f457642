package dev.mayfly.http.certificates;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.mayfly.DurationText;
import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.StrictJson;
import dev.mayfly.credential.ElevatedMinting;
import dev.mayfly.credential.MintRequest;
import dev.mayfly.credential.Minted;
import dev.mayfly.credential.Order;
import dev.mayfly.credential.ssh.SshKind;
import dev.mayfly.credential.ssh.SshPublicKey;
import dev.mayfly.credential.x509.CertificationRequest;
import dev.mayfly.credential.x509.X509Kind;
import dev.mayfly.grant.Person;
import dev.mayfly.grant.Sessions;
import dev.mayfly.http.Caller;
import dev.mayfly.http.oauth.Form;
import dev.mayfly.http.oauth.Workloads;
import dev.mayfly.identity.Proven;
import dev.mayfly.policy.Ask;
import dev.mayfly.policy.PolicyBook;
import dev.mayfly.store.GrantId;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.SecurityContext;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads requests for certificates and brings each to the mint that its caller has. */
@ApplicationScoped
class CertificateOrders {

  private static final Pattern IDEMPOTENCY_KEY = Pattern.compile("[!-~]{1,128}");

  private final Workloads workloads;
  private final Sessions sessions;
  private final PolicyBook book;
  private final ElevatedMinting elevated;
  private final X509Kind x509;
  private final SshKind ssh;

  CertificateOrders(
      Workloads workloads,
      Sessions sessions,
      PolicyBook book,
      ElevatedMinting elevated,
      X509Kind x509,
      SshKind ssh) {
    this.workloads = workloads;
    this.sessions = sessions;
    this.book = book;
    this.elevated = elevated;
    this.x509 = x509;
    this.ssh = ssh;
  }

  /** What was asked, whoever asked it. */
  private record Wish(
      Order order,
      Ask ask,
      Optional<GrantId> grant,
      Optional<String> idempotencyKey,
      String requestId) {}

  /** How a kind reads the member that holds the subject's key. */
  private interface Subject {
    Outcome<Order> read(Form form);
  }

  /** As the X.509 endpoint has it. */
  Uni<Outcome<Minted>> x509(Asked asked) {
    return mint(
        asked,
        dev.mayfly.policy.Form.X509,
        form ->
            form.required("csr")
                .then(csr -> CertificationRequest.parse(csr.getBytes(StandardCharsets.US_ASCII)))
                .then(x509::order));
  }

  /** As the SSH endpoint has it. */
  Uni<Outcome<Minted>> ssh(Asked asked) {
    return mint(
        asked,
        dev.mayfly.policy.Form.SSH,
        form -> form.required("public_key").then(SshPublicKey::read).then(ssh::order));
  }

  /**
   * A request as it came.
   *
   * @param caller without a principal where no token was shown
   */
  @SuppressWarnings("ArrayRecordComponent") // read once
  record Asked(
      byte @Nullable [] body,
      SecurityContext caller,
      @Nullable String idempotencyKey,
      String requestId) {}

  /** A stranger's key is not looked at: judging one takes longer than refusing a proof. */
  private Uni<Outcome<Minted>> mint(Asked asked, dev.mayfly.policy.Form kind, Subject subject) {
    return form(asked.body())
        .thenUni(
            form ->
                asked.caller().getUserPrincipal() == null
                    ? workload(asked, form, kind, subject)
                    : person(asked, form, kind, subject));
  }

  private Uni<Outcome<Minted>> workload(
      Asked asked, Form form, dev.mayfly.policy.Form kind, Subject subject) {
    return workloads
        .asks(form, null, asked.requestId())
        .chain(
            proof ->
                proof.thenUni(
                    proven ->
                        wish(asked, form, kind, subject)
                            .thenUni(wish -> workloads.mint(request(proven, wish), form))));
  }

  private static MintRequest request(Proven proven, Wish wish) {
    return new MintRequest(
        proven,
        wish.ask(),
        wish.idempotencyKey(),
        wish.order(),
        Workloads.isAgent(proven) ? wish.grant() : Optional.empty(),
        wish.requestId());
  }

  private Uni<Outcome<Minted>> person(
      Asked asked, Form form, dev.mayfly.policy.Form kind, Subject subject) {
    return Caller.of(asked.caller())
        .needs(Caller.REQUEST)
        .thenUni(allowed -> sessions.person(allowed.grant(), book.current()))
        .chain(
            found ->
                found.thenUni(
                    person ->
                        wish(asked, form, kind, subject)
                            .thenUni(wish -> elevated.mint(wanted(wish, person)))));
  }

  private static ElevatedMinting.Wanted wanted(Wish wish, Person person) {
    return new ElevatedMinting.Wanted(
        person,
        wish.ask().role().orElseThrow(),
        wish.grant(),
        wish.ask(),
        wish.idempotencyKey(),
        wish.order(),
        wish.requestId());
  }

  private static Outcome<Wish> wish(
      Asked asked, Form form, dev.mayfly.policy.Form kind, Subject subject) {
    return subject.read(form).then(order -> wish(asked, form, kind, order));
  }

  private static Outcome<Wish> wish(
      Asked asked, Form form, dev.mayfly.policy.Form kind, Order order) {
    String idempotencyKey = asked.idempotencyKey();
    if (idempotencyKey != null && !IDEMPOTENCY_KEY.matcher(idempotencyKey).matches()) {
      return malformed(
          "malformed-idempotency-key", "Idempotency-Key must be 1 to 128 visible characters");
    }
    Optional<Duration> ttl = form.one("ttl").flatMap(DurationText::parse);
    if (form.one("ttl").isPresent() && ttl.filter(Duration::isPositive).isEmpty()) {
      return malformed("malformed-ttl", "ttl must be a duration like 90s, 5m or PT5M");
    }
    Optional<String> grant = form.one("grant");
    if (grant.isPresent() && !dev.mayfly.http.Ask.isId(grant.get())) {
      return malformed("malformed-grant", "grant is not an id");
    }
    return form.required("role")
        .then(
            role ->
                Outcome.ok(
                    new Wish(
                        order,
                        new Ask(Optional.of(role), Set.of(), List.of(), ttl, kind),
                        grant.map(GrantId::of),
                        Optional.ofNullable(idempotencyKey),
                        asked.requestId())));
  }

  /** The members are those of a form, each text, each once. */
  private static Outcome<Form> form(byte @Nullable [] body) {
    try {
      Map<String, String> members = new HashMap<>();
      for (Map.Entry<String, Object> member :
          StrictJson.object(body == null ? new byte[0] : body).entrySet()) {
        if (!(member.getValue() instanceof String text)) {
          return malformed("malformed-json", member.getKey() + " must be text");
        }
        members.put(member.getKey(), text);
      }
      return Outcome.ok(Form.of(members));
    } catch (JsonProcessingException e) {
      return malformed("malformed-json", "the body must be one JSON object");
    }
  }

  private static <T> Outcome<T> malformed(String code, String say) {
    return Outcome.refused(new Refusal.Malformed(code, say));
  }
}
