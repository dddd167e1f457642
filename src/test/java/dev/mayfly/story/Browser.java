package dev.mayfly.story;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** As much of a browser as a login needs: cookies, redirects, and the one form of a page. */
final class Browser {

  private static final Pattern ACTION = Pattern.compile("<form[^>]*action=\"([^\"]+)\"");
  private static final Pattern HIDDEN =
      Pattern.compile("<input type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\"");
  private static final int MOST_REDIRECTS = 10;

  private final Map<String, String> cookies = new LinkedHashMap<>();
  private URI at = URI.create("http://localhost/");
  private String page = "";
  private int status;

  /** The page it shows. */
  String page() {
    return page;
  }

  int status() {
    return status;
  }

  URI at() {
    return at;
  }

  Browser open(URI address) {
    return go(HttpRequest.newBuilder(address), address);
  }

  /** Fills in the page's form and sends it. */
  Browser submit(Map<String, String> fields) {
    Matcher form = ACTION.matcher(page);
    if (!form.find()) {
      throw new AssertionError("no form on " + at + ":\n" + page);
    }
    Map<String, String> all = new LinkedHashMap<>();
    Matcher hidden = HIDDEN.matcher(page);
    while (hidden.find()) {
      all.put(hidden.group(1), hidden.group(2).replace("&amp;", "&"));
    }
    all.putAll(fields);
    String body =
        all.entrySet().stream()
            .map(field -> encode(field.getKey()) + "=" + encode(field.getValue()))
            .collect(Collectors.joining("&"));
    URI target = at.resolve(form.group(1).replace("&amp;", "&"));
    return go(
        HttpRequest.newBuilder(target)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString(body)),
        target);
  }

  private Browser go(HttpRequest.Builder request, URI address) {
    HttpResponse<String> answer = send(request, address);
    at = address;
    for (int i = 0; i < MOST_REDIRECTS && answer.statusCode() / 100 == 3; i++) {
      at = at.resolve(answer.headers().firstValue("Location").orElseThrow());
      answer = send(HttpRequest.newBuilder(at), at);
    }
    status = answer.statusCode();
    page = answer.body();
    return this;
  }

  private HttpResponse<String> send(HttpRequest.Builder request, URI address) {
    if (!cookies.isEmpty()) {
      request.header(
          "Cookie",
          cookies.entrySet().stream()
              .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
              .collect(Collectors.joining("; ")));
    }
    try {
      HttpResponse<String> answer =
          BrokerProcess.HTTP.send(request.uri(address).build(), BodyHandlers.ofString());
      answer.headers().allValues("Set-Cookie").forEach(this::keep);
      return answer;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void keep(String cookie) {
    String[] pair = cookie.split(";", 2)[0].split("=", 2);
    if (pair[1].isEmpty()) {
      cookies.remove(pair[0]);
    } else {
      cookies.put(pair[0], pair[1]);
    }
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
