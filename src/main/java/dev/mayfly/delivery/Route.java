package dev.mayfly.delivery;

import java.util.List;

/**
 * A configured channel.
 *
 * @param topics patterns as SQL's LIKE has them
 */
record Route(String name, List<String> topics, Channel channel) {

  Route {
    topics = List.copyOf(topics);
  }
}
