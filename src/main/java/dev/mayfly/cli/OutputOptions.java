package dev.mayfly.cli;

import picocli.CommandLine.Option;

/** Who reads the result. */
final class OutputOptions {

  @Option(names = "--json", description = "Print JSON for programs instead of text for people.")
  private boolean json;

  boolean json() {
    return json;
  }
}
