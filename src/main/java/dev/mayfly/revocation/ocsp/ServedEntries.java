package dev.mayfly.revocation.ocsp;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.mayfly.revocation.list.ServedList;
import dev.mayfly.store.ListId;
import java.math.BigInteger;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.DERGeneralizedTime;
import org.bouncycastle.asn1.ocsp.RevokedInfo;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.CertificateList;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.TBSCertList;

/**
 * Looks a serial number up on a CRL as this node serves it, read from the very bytes: so OCSP is
 * never ahead of the CRL, nor behind it. Each list is read once after it has changed.
 */
final class ServedEntries {

  /** At about 300 bytes each; when a whole authority was taken back, each of its lists is full. */
  static final int MOST_ENTRIES = 50_000;

  private final Cache<ListId, Entries> read =
      Caffeine.newBuilder()
          .maximumWeight(MOST_ENTRIES)
          .weigher((ListId id, Entries entries) -> 1 + entries.bySerial().size())
          .build();

  /** The entries of one list, by serial number. */
  private record Entries(long seq, Map<BigInteger, RevokedInfo> bySerial) {}

  /** Takes milliseconds when the list is large and has changed: not on an event loop. */
  Optional<RevokedInfo> find(ServedList crl, BigInteger serial) {
    Entries entries =
        read.asMap()
            .compute(
                crl.id(),
                (id, present) ->
                    present != null && present.seq() >= crl.seq()
                        ? present
                        : new Entries(crl.seq(), read(crl.document())));
    return Optional.ofNullable(entries.bySerial().get(serial));
  }

  /** How many lists and entries are kept. */
  long kept() {
    read.cleanUp();
    return read.policy().eviction().orElseThrow().weightedSize().orElseThrow();
  }

  private static Map<BigInteger, RevokedInfo> read(byte[] document) {
    TBSCertList crl = CertificateList.getInstance(document).getTBSCertList();
    Map<BigInteger, RevokedInfo> all = new HashMap<>();
    Enumeration<?> entries = crl.getRevokedCertificateEnumeration();
    while (entries.hasMoreElements()) {
      TBSCertList.CRLEntry entry = TBSCertList.CRLEntry.getInstance(entries.nextElement());
      all.put(entry.getUserCertificate().getValue(), info(entry));
    }
    return all;
  }

  private static RevokedInfo info(TBSCertList.CRLEntry entry) {
    ASN1GeneralizedTime at = new DERGeneralizedTime(entry.getRevocationDate().getDate());
    CRLReason reason =
        entry.hasExtensions()
            ? CRLReason.getInstance(
                entry.getExtensions().getExtensionParsedValue(Extension.reasonCode))
            : null;
    return new RevokedInfo(at, reason);
  }
}
