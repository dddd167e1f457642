package bench;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Prints rows as a table that reads well in a terminal and is Markdown as well. */
final class Table {

  private Table() {}

  static String of(List<Row> rows) {
    return of(Row.HEAD, rows.stream().map(Row::cells).toList());
  }

  static String of(List<String> head, List<List<String>> rows) {
    List<List<String>> lines = new ArrayList<>();
    lines.add(head);
    lines.addAll(rows);
    int[] widths =
        IntStream.range(0, head.size())
            .map(
                column ->
                    lines.stream().mapToInt(line -> line.get(column).length()).max().orElse(0))
            .toArray();
    lines.add(1, IntStream.of(widths).mapToObj("-"::repeat).toList());
    return lines.stream().map(line -> pad(line, widths)).collect(Collectors.joining("\n"));
  }

  private static String pad(List<String> line, int[] widths) {
    return IntStream.range(0, widths.length)
        .mapToObj(
            column -> line.get(column) + " ".repeat(widths[column] - line.get(column).length()))
        .collect(Collectors.joining(" | ", "| ", " |"));
  }
}
