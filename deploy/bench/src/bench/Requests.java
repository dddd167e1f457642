package bench;

import java.nio.charset.StandardCharsets;
import java.util.stream.IntStream;

/** Token requests as bytes, rendered before the clock runs. */
final class Requests {

  private Requests() {}

  static byte[][] render(Broker broker, int count) {
    byte[][] requests = new byte[count][];
    IntStream.range(0, count).parallel().forEach(i -> requests[i] = render(broker, broker.form(i)));
    return requests;
  }

  static byte[] one(Broker broker) {
    return render(broker, broker.form(0));
  }

  private static byte[] render(Broker broker, String form) {
    String request =
        "POST "
            + broker.tokenPath()
            + " HTTP/1.1\r\n"
            + "Host: "
            + broker.host()
            + ":"
            + broker.port()
            + "\r\n"
            + "Content-Type: "
            + broker.contentType()
            + "\r\n"
            + "Accept: application/json\r\n"
            + "Content-Length: "
            + form.length()
            + "\r\n\r\n"
            + form;
    return request.getBytes(StandardCharsets.US_ASCII);
  }
}
