package dev.mayfly.revocation.files;

import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a node would have stand in the folder, of things that change together: all files of its
 * kind, as of one number that only grows among all nodes.
 *
 * @param name tells it from others in the folder
 * @param number as of when; who has a higher one knows all that this one knows
 * @param files by path below the folder
 * @param left paths that stay as they are: they belong to it, but this is not the time
 * @param own which paths are its kind's; of those, what is neither in files nor left has gone
 */
record Exhibit(String name, long number, Map<String, Piece> files, Set<String> left, Pattern own) {

  Exhibit {
    files = Map.copyOf(files);
    left = Set.copyOf(left);
  }

  /**
   * One file.
   *
   * @param number since when it has been what it is
   */
  @SuppressWarnings("ArrayRecordComponent") // handed to the disk, never compared
  record Piece(long number, byte[] bytes) {}
}
