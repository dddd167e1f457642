package dev.mayfly.cli.screen;

import java.util.ArrayList;
import java.util.List;

/** Rows under a heading, each column as wide as its widest cell; the first cell may be a state. */
public final class Table {

  private static final String GAP = "  ";

  private final List<String> heading;
  private final List<List<String>> rows = new ArrayList<>();
  private boolean prose;

  public Table(String... heading) {
    this.heading = List.of(heading);
  }

  public Table row(String... cells) {
    if (cells.length != heading.size()) {
      throw new IllegalArgumentException("a row has as many cells as the heading");
    }
    List<String> row = new ArrayList<>();
    for (String cell : cells) {
      row.add(cell.isEmpty() ? "-" : Screen.plain(cell));
    }
    rows.add(row);
    return this;
  }

  /** The last column is for reading, not for copying: it may be cut where the terminal ends. */
  public Table endingInProse() {
    prose = true;
    return this;
  }

  public boolean isEmpty() {
    return rows.isEmpty();
  }

  /** Prints heading and rows; states are coloured by what they mean. */
  public void printTo(Screen screen) {
    int[] widths = widths();
    screen.print(screen.dim(line(heading, widths).stripTrailing()));
    for (List<String> row : rows) {
      screen.print(coloured(row, widths, screen));
    }
  }

  private int[] widths() {
    int[] widths = new int[heading.size()];
    for (int column = 0; column < widths.length; column++) {
      widths[column] = heading.get(column).length();
      for (List<String> row : rows) {
        widths[column] = Math.max(widths[column], row.get(column).length());
      }
    }
    return widths;
  }

  private static String line(List<String> cells, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < widths.length; column++) {
      String gap = column == 0 ? "" : GAP;
      line.append(gap).append(padded(cells.get(column), widths[column]));
    }
    return line.toString();
  }

  private String coloured(List<String> cells, int[] widths, Screen screen) {
    StringBuilder line = new StringBuilder();
    int used = 0;
    for (int column = 0; column < widths.length; column++) {
      boolean last = column == widths.length - 1;
      String cell = last && prose ? screen.fitting(cells.get(column), used) : cells.get(column);
      used += widths[column] + GAP.length();
      line.append(column == 0 ? "" : GAP)
          .append(States.paint(screen, cell))
          .append(last ? "" : " ".repeat(widths[column] - cell.length()));
    }
    return line.toString();
  }

  private static String padded(String cell, int width) {
    return cell + " ".repeat(width - cell.length());
  }
}
