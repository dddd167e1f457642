package dev.mayfly.revocation.ocsp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.credential.ListKind;
import dev.mayfly.credential.x509.Responder;
import dev.mayfly.revocation.list.ServedList;
import dev.mayfly.store.KeyId;
import dev.mayfly.store.ListId;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.BEROctetString;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.ocsp.CertID;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.asn1.x509.V2TBSCertListGenerator;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.junit.jupiter.api.Test;

/** Strangers choose what is asked: what is remembered of it is bounded in bytes, not in answers. */
class OcspMemoryTest {

  private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
  private static final Instant LATER = NOW.plus(Duration.ofHours(1));
  private static final Responder RESPONDER =
      new Responder(new KeyId("a".repeat(43)), new KeyId("b".repeat(43)), new byte[] {1}, LATER);

  @Test
  void answersAreForgotten_whenThereAreMoreThanTheBrokerCanSpare() {
    KeptAnswers kept = new KeptAnswers();
    ServedList list = list(1, new byte[0]);
    for (int i = 1; i <= 10_000; i++) {
      kept.put(common(asks(i)), kept(list, answer(8192)));
    }
    assertThat(kept.bytes()).isBetween(KeptAnswers.MOST_BYTES / 2, KeptAnswers.MOST_BYTES);
  }

  /** What was sent in pieces is the same question, and its pieces are not kept. */
  @Test
  void sameQuestionIsKnown_whicheverWayItIsWritten() {
    KeptAnswers kept = new KeptAnswers();
    ServedList list = list(1, new byte[0]);
    OcspAnswer answer = answer(100);
    byte[] inPieces = common(asks(7, new BEROctetString(new byte[20], 1)));
    kept.put(inPieces, kept(list, answer));
    assertThat(kept.bytes()).isLessThan(600);
    assertThat(kept.find(common(asks(7)), NOW))
        .hasValueSatisfying(one -> assertThat(one.answer()).isSameAs(answer));
    assertThat(kept.find(common(asks(8)), NOW)).isEmpty();
    assertThat(kept.find(common(asks(7)), LATER)).isEmpty();
  }

  @Test
  void answerHoldsNoMore_whenTheListOrTheResponderIsAnother() {
    KeptAnswers.Kept kept = kept(list(1, new byte[0]), answer(100));
    Responder next = new Responder(RESPONDER.key(), RESPONDER.issuer(), new byte[] {2}, LATER);
    assertThat(kept.isOf(list(1, new byte[0]), RESPONDER)).isTrue();
    assertThat(kept.isOf(list(2, new byte[0]), RESPONDER)).isFalse();
    assertThat(kept.isOf(list(1, new byte[0]), next)).isFalse();
  }

  @Test
  void listsAreForgotten_whenTheirEntriesAreMoreThanTheBrokerCanSpare() throws Exception {
    ServedEntries entries = new ServedEntries();
    byte[] full = crl(4096);
    for (int id = 1; id <= 20; id++) {
      assertThat(entries.find(list(id, full), BigInteger.valueOf(4000))).isPresent();
    }
    assertThat(entries.kept())
        .isBetween(ServedEntries.MOST_ENTRIES / 2L, (long) ServedEntries.MOST_ENTRIES);
  }

  private static CertID asks(long serial) {
    return asks(serial, new DEROctetString(new byte[20]));
  }

  private static CertID asks(long serial, org.bouncycastle.asn1.ASN1OctetString hash) {
    return new CertID(
        new AlgorithmIdentifier(org.bouncycastle.asn1.oiw.OIWObjectIdentifiers.idSHA1),
        hash,
        hash,
        new ASN1Integer(serial));
  }

  private static byte[] common(CertID asked) {
    return new OcspRequest(List.of(asked), Optional.empty()).common().orElseThrow();
  }

  private static KeptAnswers.Kept kept(ServedList list, OcspAnswer answer) {
    return new KeptAnswers.Kept(list.id(), list.seq(), RESPONDER, answer);
  }

  private static OcspAnswer answer(int bytes) {
    return new OcspAnswer(
        new byte[bytes], Optional.of(new OcspAnswer.Reusable("\"a\"", NOW, LATER)));
  }

  private static ServedList list(long id, byte[] document) {
    return new ServedList(
        new ListId(id), ListKind.CRL, "", id, document, new byte[0], "", NOW, LATER);
  }

  /** Signed by nobody: it is read, not believed. */
  private static byte[] crl(int entries) throws Exception {
    AlgorithmIdentifier algorithm = new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);
    V2TBSCertListGenerator crl = new V2TBSCertListGenerator();
    crl.setSignature(algorithm);
    crl.setIssuer(new X500Name("CN=Issuing CA"));
    crl.setThisUpdate(new Time(Date.from(NOW)));
    crl.setNextUpdate(new Time(Date.from(LATER)));
    for (int serial = 1; serial <= entries; serial++) {
      crl.addCRLEntry(
          new ASN1Integer(serial), new Time(Date.from(NOW)), CRLReason.privilegeWithdrawn);
    }
    ASN1EncodableVector all = new ASN1EncodableVector();
    all.add(crl.generateTBSCertList());
    all.add(algorithm);
    all.add(new DERBitString(new byte[64]));
    return new DERSequence(all).getEncoded();
  }
}
