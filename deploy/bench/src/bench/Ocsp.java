package bench;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.Certificate;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPReqBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;

/**
 * How fast OCSP answers come that are signed already, beside a document of the broker's that
 * nothing is computed for: the certificate of the CA, of about the same length.
 */
final class Ocsp {

  private static final int CERTIFICATES = 1000;
  private static final int PREPARED = 500_000;
  private static final int READY_LIMIT_SECONDS = 60;

  private final Options options;
  private final PrintStream out = System.out;
  private final List<Row> rows = new ArrayList<>();

  private Ocsp(Options options) {
    this.options = options;
  }

  public static void main(String[] arguments) throws Exception {
    AmazonCorrettoCryptoProvider.install();
    new Ocsp(Options.parse(arguments)).run();
  }

  private void run() throws Exception {
    List<Client> clients = List.of(new Client("spiffe://bench.example/workload/0"));
    try (Postgres postgres = Postgres.start(options.postgres(), options.work())) {
      Mayfly mayfly = new Mayfly(options, postgres, clients, Product.X509);
      mayfly.install();
      try (Server server = mayfly.start()) {
        List<List<X509Certificate>> chains = certificates(mayfly, server);
        out.printf("%d certificates, load average %s%n", chains.size(), Proc.loadAverage());
        measure(mayfly, server, postgres, chains);
      }
    } finally {
      out.println();
      out.println(Table.of(rows));
      out.println("load average " + Proc.loadAverage());
    }
  }

  private void measure(
      Mayfly mayfly, Server server, Postgres postgres, List<List<X509Certificate>> chains)
      throws Exception {
    X509Certificate leaf = chains.getFirst().getFirst();
    byte[] fixed = get(mayfly, path(issuerAddress(leaf)));
    List<byte[]> questions = new ArrayList<>();
    for (List<X509Certificate> chain : chains) {
      questions.add(question(chain));
    }
    List<byte[]> asPost = questions.stream().map(der -> post(mayfly, der)).toList();
    List<byte[]> asGet =
        questions.stream()
            .map(der -> get(mayfly, "/ocsp/" + Base64.getEncoder().encodeToString(der)))
            .toList();
    measure(mayfly, server, postgres, "a certificate of a CA, GET", List.of(fixed));
    measure(mayfly, server, postgres, "OCSP, GET", asGet);
    measure(mayfly, server, postgres, "OCSP, POST", asPost);
    measure(mayfly, server, postgres, "a certificate of a CA, GET, again", List.of(fixed));
  }

  private void measure(
      Mayfly mayfly, Server server, Postgres postgres, String what, List<byte[]> requests)
      throws IOException {
    InetSocketAddress address = new InetSocketAddress(mayfly.host(), mayfly.port());
    Load.Judge judge = (number, answer) -> answer.isOk();
    try (Load load = new Load(address, options.connections(), repeated(requests), 1, judge)) {
      load.closedLoop(options.warmUpSeconds());
      load.sending(repeated(requests));
      Measurement seen =
          Measurement.of(() -> load.closedLoop(options.measureSeconds()), server.pid(), postgres);
      rows.add(seen.row(what, "closed loop", server.pid(), 0));
    }
  }

  /** The same arrays again and again. */
  private static byte[][] repeated(List<byte[]> requests) {
    return IntStream.range(0, PREPARED)
        .mapToObj(i -> requests.get(i % requests.size()))
        .toArray(byte[][]::new);
  }

  private List<List<X509Certificate>> certificates(Mayfly mayfly, Server server) throws Exception {
    List<String> answers = new ArrayList<>();
    InetSocketAddress address = new InetSocketAddress(mayfly.host(), mayfly.port());
    while (answers.size() < CERTIFICATES
        && server.isAlive()
        && server.secondsSinceStart() < READY_LIMIT_SECONDS) {
      byte[][] requests = Requests.render(mayfly, CERTIFICATES - answers.size());
      Load.Judge judge =
          (number, answer) -> {
            boolean good = mayfly.judge().isGood(number, answer);
            if (good) {
              answers.add(Wire.text(body(answer.response()), "certificate"));
            }
            return good;
          };
      try (Load load = new Load(address, 8, requests, 1, judge)) {
        load.closedLoop(5);
      } catch (IOException e) {
        Thread.sleep(100); // not listening yet
      }
    }
    List<List<X509Certificate>> chains = new ArrayList<>();
    for (String pem : answers) {
      chains.add(chain(pem));
    }
    return chains;
  }

  private static String body(String response) {
    return response.substring(response.indexOf("\r\n\r\n") + 4);
  }

  /** As an answer of the broker holds it, leaf first. */
  static List<X509Certificate> chain(String pem) throws GeneralSecurityException {
    String text = pem.replace("\\n", "\n").replace("\\r", "");
    return CertificateFactory.getInstance("X.509")
        .generateCertificates(new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII)))
        .stream()
        .map(X509Certificate.class::cast)
        .toList();
  }

  static byte[] question(List<X509Certificate> chain)
      throws GeneralSecurityException, OperatorCreationException, OCSPException, IOException {
    CertificateID id =
        new CertificateID(
            new JcaDigestCalculatorProviderBuilder().build().get(CertificateID.HASH_SHA1),
            new JcaX509CertificateHolder(chain.get(1)),
            chain.getFirst().getSerialNumber());
    return new OCSPReqBuilder().addRequest(id).build().getEncoded();
  }

  /** Where the certificate says that its issuer's is. */
  private static URI issuerAddress(X509Certificate leaf) {
    var access =
        AuthorityInformationAccess.fromExtensions(
            Certificate.getInstance(encoded(leaf)).getTBSCertificate().getExtensions());
    for (var description : access.getAccessDescriptions()) {
      if (description.getAccessMethod().equals(AccessDescription.id_ad_caIssuers)) {
        return URI.create(description.getAccessLocation().getName().toString());
      }
    }
    throw new IllegalStateException("a leaf says where its issuer's certificate is");
  }

  private static byte[] encoded(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String path(URI address) {
    return address.getRawPath();
  }

  private static byte[] get(Mayfly mayfly, String path) {
    return "GET %s HTTP/1.1\r\nHost: %s:%d\r\n\r\n"
        .formatted(path, mayfly.host(), mayfly.port())
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] post(Mayfly mayfly, byte[] der) {
    ByteArrayOutputStream to = new ByteArrayOutputStream();
    to.writeBytes(
        ("POST /ocsp HTTP/1.1\r\nHost: %s:%d\r\nContent-Type: application/ocsp-request\r\n"
                + "Content-Length: %d\r\n\r\n")
            .formatted(mayfly.host(), mayfly.port(), der.length)
            .getBytes(StandardCharsets.US_ASCII));
    to.writeBytes(der);
    return to.toByteArray();
  }
}
