package dev.mayfly.policy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Gathers what is wrong while a document is read, with the places it was read from. */
final class Findings {

  private static final int MOST = 100;

  private final List<Finding> found = new ArrayList<>();

  /** A place in the document, both from 1. */
  record Position(int line, int column) {
    static final Position DOCUMENT = new Position(0, 0);
  }

  /** Where each part of the document stands, by its path: {@code roles.reader.ttl}. */
  record Positions(Map<String, Position> byPath) {

    Positions {
      byPath = Map.copyOf(byPath);
    }

    /** The position of the path, or of the nearest part around it. */
    Position of(String path) {
      String at = path;
      while (!byPath.containsKey(at)) {
        int end = Math.max(at.lastIndexOf('.'), at.lastIndexOf('['));
        if (end < 0) {
          return Position.DOCUMENT;
        }
        at = at.substring(0, end);
      }
      return byPath.get(at);
    }
  }

  void error(FindingCode code, Position at, String message) {
    add(code, Finding.Severity.ERROR, at, message);
  }

  void warning(FindingCode code, Position at, String message) {
    add(code, Finding.Severity.WARNING, at, message);
  }

  boolean hasErrors() {
    return found.stream().anyMatch(Finding::isError);
  }

  /** In the order of the document. */
  List<Finding> list() {
    return found.stream()
        .distinct()
        .sorted(Comparator.comparingInt(Finding::line).thenComparingInt(Finding::column))
        .toList();
  }

  private void add(FindingCode code, Finding.Severity severity, Position at, String message) {
    if (found.size() < MOST) {
      found.add(new Finding(code.text(), severity, at.line(), at.column(), message));
    }
  }
}
