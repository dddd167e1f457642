package dev.mayfly.store;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * One page of a listing.
 *
 * @param next what to ask for to get the page after this one; empty on the last
 */
public record Page<T>(List<T> items, Optional<String> next) {

  /** How much of a listing is wanted, and after which entry. */
  public record Request(int limit, Optional<String> after) {

    /** One row more than wanted tells whether there is a next page. */
    public int rows() {
      return limit + 1;
    }
  }

  /** Cuts what {@link Request#rows} fetched; {@code cursor} names an entry for the next request. */
  public static <T> Page<T> of(List<T> found, Request request, Function<T, String> cursor) {
    if (found.size() <= request.limit()) {
      return new Page<>(List.copyOf(found), Optional.empty());
    }
    List<T> items = List.copyOf(found.subList(0, request.limit()));
    return new Page<>(items, Optional.of(cursor.apply(items.getLast())));
  }

  /** The same page with each entry in another form. */
  public <R> Page<R> map(Function<? super T, R> form) {
    return new Page<>(items.stream().<R>map(form).toList(), next);
  }
}
