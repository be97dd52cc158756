/// Rows of text whose columns are aligned, two spaces apart.
///
/// ```swift
/// let rows = [["file", "bytes", "state"], ["a.json", "1024", "whole"], ["b.json", "7", "cut off"]]
/// let table = TextTable(aligning: rows)
/// for row in rows { print(table.line(row)) }
/// ```
public struct TextTable: Sendable {
  /// How cells are aligned in their columns.
  public enum Alignment: Sendable {
    /// Names in the first column and remarks in the last to the left, figures between them to the right.
    case figures
    /// Every column to the left.
    case words
  }

  private let alignment: Alignment
  private let widths: [Int]
  private static let gap = "  "

  /// - Parameter rows: All rows that are to be aligned, headers too; the same number of cells each.
  public init(aligning rows: [[String]], as alignment: Alignment = .figures) {
    self.alignment = alignment
    let columns = rows.first?.count ?? 0
    widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
  }

  /// The length of the longest line that is possible, in characters.
  public var width: Int { widths.reduce(0, +) + Self.gap.count * max(0, widths.count - 1) }

  /// One row without trailing spaces.
  ///
  /// - Parameter style: What a cell is printed as; what it adds, such as a colour, takes no width.
  public func line(_ cells: [String], style: (String) -> String = { $0 }) -> String {
    let padded = zip(cells, widths).enumerated().map { column, cell in
      let padding = String(repeating: " ", count: cell.1 - cell.0.count)
      return isLeft(column) ? style(cell.0) + padding : padding + style(cell.0)
    }
    return String(padded.joined(separator: Self.gap).trimmingTrailingSpaces)
  }

  private func isLeft(_ column: Int) -> Bool {
    alignment == .words || column == 0 || column == widths.count - 1
  }
}

extension String {
  /// The words in lines of at most `width` characters, each line indented; a longer word has a line of its own.
  public func wrapped(width: Int, indentation: Int = 0) -> [String] {
    let indent = String(repeating: " ", count: indentation)
    var lines: [String] = []
    var line = ""
    for word in split(separator: " ") {
      if line.isEmpty {
        line = indent + word
      } else if line.count + 1 + word.count <= width {
        line += " " + word
      } else {
        lines.append(line)
        line = indent + word
      }
    }
    return line.isEmpty ? lines : lines + [line]
  }

  package var trimmingTrailingSpaces: Substring {
    self[..<(lastIndex { $0 != " " }.map(index(after:)) ?? startIndex)]
  }
}
