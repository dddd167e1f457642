package dev.mayfly.store;

/** The id of one list; part of its URI. */
public record ListId(long value) {

  @Override
  public String toString() {
    return Long.toString(value);
  }
}
