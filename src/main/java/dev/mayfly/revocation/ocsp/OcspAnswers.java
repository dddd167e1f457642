package dev.mayfly.revocation.ocsp;

import dev.mayfly.Etag;
import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.credential.ListKind;
import dev.mayfly.credential.x509.Authorities;
import dev.mayfly.credential.x509.Authority;
import dev.mayfly.credential.x509.Responder;
import dev.mayfly.credential.x509.Responders;
import dev.mayfly.key.KeyRings;
import dev.mayfly.key.SigningKey;
import dev.mayfly.revocation.list.PublishedLists;
import dev.mayfly.revocation.list.ServedList;
import dev.mayfly.revocation.ocsp.Issued.Found;
import dev.mayfly.store.CredentialId;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.ocsp.CertID;
import org.bouncycastle.asn1.ocsp.CertStatus;

/**
 * Answers questions about certificates of the broker's authorities: whether one was issued says the
 * ledger, whether it is revoked the CRL that this node serves. An answer about one certificate,
 * with no nonce, is kept until that CRL is another.
 */
@ApplicationScoped
public class OcspAnswers {

  /** Who asks with a nonce has a signature of their own: the processors are everybody's. */
  private static final int MOST_SIGNING = 128;

  /** Nobody can ask about a serial number before it is given out: they are random. */
  private static final Duration UNKNOWN_FOR = Duration.ofMinutes(1);

  private final Vertx vertx;
  private final KeyRings rings;
  private final Authorities authorities;
  private final Responders responders;
  private final Issued issued;
  private final PublishedLists lists;
  private final InstantSource clock;
  private final ServedEntries entries = new ServedEntries();
  private final AtomicInteger signing = new AtomicInteger();
  private final KeptAnswers kept = new KeptAnswers();

  OcspAnswers(
      Vertx vertx,
      KeyRings rings,
      Authorities authorities,
      Responders responders,
      Issued issued,
      PublishedLists lists,
      InstantSource clock) {
    this.vertx = vertx;
    this.rings = rings;
    this.authorities = authorities;
    this.responders = responders;
    this.issued = issued;
    this.lists = lists;
    this.clock = clock;
  }

  /** Who asks what of whom. */
  private record Question(
      OcspRequest request, Authority issuer, Responder responder, SigningKey key) {}

  /**
   * A certificate that is asked about, and the list that carries it; none: never issued, or gone.
   */
  private record Asked(CertID certificate, Optional<ServedList> list) {}

  /** What this node can say now. Fails when it must ask the database and that is away. */
  public Uni<OcspAnswer> answer(byte[] der) {
    return kept.find(der, clock.instant())
        .map(present -> again(present, der))
        .orElseGet(() -> afresh(der));
  }

  /** The bytes that were asked before are answered as before, while all would say the same. */
  private Uni<OcspAnswer> again(KeptAnswers.Kept present, byte[] der) {
    Optional<Responder> responder = responders.of(present.responder().issuer());
    return responder.isEmpty()
        ? afresh(der)
        : lists
            .get(present.list())
            .chain(
                served ->
                    served instanceof Outcome.Ok<ServedList>(ServedList list)
                            && present.isOf(list, responder.get())
                        ? Uni.createFrom().item(present.answer())
                        : afresh(der));
  }

  private Uni<OcspAnswer> afresh(byte[] der) {
    return OcspRequest.read(der)
        .map(this::answer)
        .orElseGet(() -> Uni.createFrom().item(OcspAnswer.MALFORMED));
  }

  /** One signature cannot speak for two issuers, so all certificates are to be of the same. */
  private Uni<OcspAnswer> answer(OcspRequest request) {
    Optional<Authority> issuer =
        authorities.all().stream()
            .filter(
                each ->
                    request.certificates().stream().allMatch(one -> IssuerHash.names(one, each)))
            .findFirst();
    if (issuer.isEmpty()) {
      return Uni.createFrom().item(OcspAnswer.UNAUTHORIZED);
    }
    Optional<Responder> responder = responders.of(issuer.get().key());
    Optional<SigningKey> key = responder.flatMap(one -> rings.byId(one.key()));
    return key.isEmpty()
        ? Uni.createFrom().item(OcspAnswer.TRY_LATER)
        : answer(new Question(request, issuer.get(), responder.get(), key.get()));
  }

  private Uni<OcspAnswer> answer(Question question) {
    return Multi.createFrom()
        .iterable(question.request().certificates())
        .onItem()
        .transformToUniAndConcatenate(certificate -> look(question.issuer(), certificate))
        .collect()
        .asList()
        .chain(
            asked ->
                asked.stream().anyMatch(Optional::isEmpty)
                    ? Uni.createFrom().item(OcspAnswer.TRY_LATER)
                    : keptOrSigned(question, asked.stream().flatMap(Optional::stream).toList()));
  }

  /** Empty when this cannot be told now. */
  private Uni<Optional<Asked>> look(Authority issuer, CertID certificate) {
    return id(certificate.getSerialNumber().getValue())
        .map(id -> issued.find(new Issued.Certificate(issuer.key(), id)))
        .orElseGet(() -> Uni.createFrom().item(new Found.Never()))
        .chain(
            found ->
                switch (found) {
                  case Found.On on ->
                      lists.get(on.list()).map(served -> asked(certificate, served));
                  case Found.Never never ->
                      Uni.createFrom().item(Optional.of(new Asked(certificate, Optional.empty())));
                  case Found.Busy busy -> Uni.createFrom().item(Optional.empty());
                });
  }

  private static Optional<Asked> asked(CertID certificate, Outcome<ServedList> served) {
    return switch (served) {
      case Outcome.Ok<ServedList>(ServedList list) when list.kind() == ListKind.CRL ->
          Optional.of(new Asked(certificate, Optional.of(list)));
      // Nothing it carried is valid any more.
      case Outcome.Refused<ServedList>(Refusal.NotFound gone) ->
          Optional.of(new Asked(certificate, Optional.empty()));
      default -> Optional.empty();
    };
  }

  /** The id whose 128 bits are this serial number. */
  private static Optional<CredentialId> id(BigInteger serial) {
    return serial.signum() > 0 && serial.bitLength() <= 2 * Long.SIZE
        ? Optional.of(
            new CredentialId(
                new UUID(serial.shiftRight(Long.SIZE).longValue(), serial.longValue())))
        : Optional.empty();
  }

  private Uni<OcspAnswer> keptOrSigned(Question question, List<Asked> asked) {
    Optional<byte[]> common = question.request().common();
    Optional<ServedList> list = asked.getFirst().list();
    Optional<OcspAnswer> present =
        common
            .flatMap(der -> kept.find(der, clock.instant()))
            .filter(one -> list.filter(l -> one.isOf(l, question.responder())).isPresent())
            .map(KeptAnswers.Kept::answer);
    if (present.isPresent()) {
      return Uni.createFrom().item(present.get());
    }
    if (signing.incrementAndGet() > MOST_SIGNING) {
      signing.decrementAndGet();
      return Uni.createFrom().item(OcspAnswer.TRY_LATER);
    }
    return vertx
        .executeBlocking(() -> sign(question, asked, common), false)
        .onTermination()
        .invoke(signing::decrementAndGet);
  }

  private OcspAnswer sign(Question question, List<Asked> asked, Optional<byte[]> common) {
    Instant now = clock.instant();
    List<Answering.Single> singles =
        asked.stream().map(one -> single(one, question.responder(), now)).toList();
    byte[] der =
        Answering.sign(
            question.responder(), question.key(), now, singles, question.request().nonce());
    Answering.Single only = singles.getFirst();
    OcspAnswer answer =
        new OcspAnswer(
            der,
            common.map(
                same ->
                    new OcspAnswer.Reusable(Etag.of(der), only.thisUpdate(), only.nextUpdate())));
    common.ifPresent(
        same -> asked.getFirst().list().ifPresent(list -> keep(same, question, list, answer)));
    return answer;
  }

  private void keep(byte[] common, Question question, ServedList list, OcspAnswer answer) {
    kept.put(common, new KeptAnswers.Kept(list.id(), list.seq(), question.responder(), answer));
  }

  private Answering.Single single(Asked asked, Responder responder, Instant now) {
    Optional<ServedList> list = asked.list();
    Instant next = list.map(ServedList::expiresAt).orElse(now.plus(UNKNOWN_FOR));
    return new Answering.Single(
        asked.certificate(),
        list.map(crl -> status(crl, asked.certificate()))
            .orElseGet(() -> new CertStatus(2, DERNull.INSTANCE)),
        list.map(ServedList::signedAt).orElse(now),
        next.isBefore(responder.notAfter()) ? next : responder.notAfter());
  }

  private CertStatus status(ServedList crl, CertID certificate) {
    return entries
        .find(crl, certificate.getSerialNumber().getValue())
        .map(CertStatus::new)
        .orElseGet(CertStatus::new);
  }
}
