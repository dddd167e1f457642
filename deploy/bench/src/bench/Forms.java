package bench;

/** What the forms of a token request share. */
final class Forms {

  static final String CLIENT_ASSERTION =
      "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=";

  private Forms() {}
}
