package dev.mayfly.policy;

import dev.mayfly.policy.ApprovalRule.Leaf;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.stream.Stream;

/**
 * Finds different people for all that an approval rule needs: a bipartite matching (augmenting
 * paths) between the places of one alternative of the tree and the people.
 *
 * <p>Lint bounds a role to {@value RequestLint#MAX_LEAVES} leaves, so a tree has at most 81
 * alternatives (four choices among three), each with at most {@value RequestLint#MAX_LEAVES} times
 * {@value RequestLint#MAX_COUNT} places.
 */
final class Assignment<P> {

  private final List<P> people;
  private final BiPredicate<Leaf, P> fits;

  /** {@code people} each once; {@code fits} says who belongs to which set. */
  Assignment(List<P> people, BiPredicate<Leaf, P> fits) {
    this.people = List.copyOf(people);
    this.fits = fits;
  }

  /** Whether different people can be found for all that the rule needs. */
  boolean satisfies(ApprovalRule rule) {
    return alternatives(rule).stream().anyMatch(one -> filled(one).size() == places(one).size());
  }

  /** The people who take a place in the alternative that lacks fewest. */
  Set<P> counted(ApprovalRule rule) {
    Set<P> best = Set.of();
    int lacking = Integer.MAX_VALUE;
    for (List<Leaf> one : alternatives(rule)) {
      Set<P> filled = filled(one);
      int lacks = places(one).size() - filled.size();
      if (lacks < lacking) {
        lacking = lacks;
        best = filled;
      }
    }
    return best;
  }

  /** The people of a largest matching with the places of one alternative. */
  Set<P> filled(List<Leaf> alternative) {
    List<Leaf> places = places(alternative);
    int[] placeOf = new int[people.size()];
    Arrays.fill(placeOf, -1);
    for (int place = 0; place < places.size(); place++) {
      seat(place, places, placeOf, new boolean[people.size()]);
    }
    Set<P> seated = new LinkedHashSet<>();
    for (int person = 0; person < placeOf.length; person++) {
      if (placeOf[person] >= 0) {
        seated.add(people.get(person));
      }
    }
    return seated;
  }

  /** The ways to satisfy the rule: each a list of sets that must all be served. */
  static List<List<Leaf>> alternatives(ApprovalRule rule) {
    return switch (rule) {
      case ApprovalRule.All(List<ApprovalRule> rules) -> {
        List<List<Leaf>> all = List.of(List.of());
        for (ApprovalRule one : rules) {
          List<List<Leaf>> ways = alternatives(one);
          all =
              all.stream()
                  .flatMap(before -> ways.stream().map(way -> concat(before, way)))
                  .toList();
        }
        yield all;
      }
      case ApprovalRule.Any(List<ApprovalRule> rules) ->
          rules.stream().flatMap(one -> alternatives(one).stream()).toList();
      case Leaf leaf -> List.of(List.of(leaf));
    };
  }

  /** Seats somebody there, moving others to other places where that helps. */
  private boolean seat(int place, List<Leaf> places, int[] placeOf, boolean[] tried) {
    for (int person = 0; person < placeOf.length; person++) {
      if (tried[person] || !fits.test(places.get(place), people.get(person))) {
        continue;
      }
      tried[person] = true;
      if (placeOf[person] < 0 || seat(placeOf[person], places, placeOf, tried)) {
        placeOf[person] = place;
        return true;
      }
    }
    return false;
  }

  private static List<Leaf> places(List<Leaf> alternative) {
    List<Leaf> places = new ArrayList<>();
    alternative.forEach(leaf -> places.addAll(Collections.nCopies(leaf.count(), leaf)));
    return places;
  }

  private static List<Leaf> concat(List<Leaf> one, List<Leaf> other) {
    return Stream.concat(one.stream(), other.stream()).toList();
  }
}
