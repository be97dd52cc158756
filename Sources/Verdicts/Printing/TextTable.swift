/// Rows whose columns are aligned: the first to the left, the others to the right, the last to the left.
struct TextTable {
  private let widths: [Int]
  private static let gap = "  "

  /// - Parameter rows: All that is to be aligned, headers too; the same number of cells each.
  init(aligning rows: [[String]]) {
    let columns = rows.first?.count ?? 0
    widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
  }

  var width: Int { widths.reduce(0, +) + Self.gap.count * max(0, widths.count - 1) }

  func line(_ cells: [String]) -> String {
    let padded = zip(cells, widths).enumerated().map { column, cell in
      let padding = String(repeating: " ", count: cell.1 - cell.0.count)
      return column == 0 || column == widths.count - 1 ? cell.0 + padding : padding + cell.0
    }
    return String(padded.joined(separator: Self.gap).trimmingTrailingSpaces)
  }
}

extension String {
  fileprivate var trimmingTrailingSpaces: Substring {
    self[..<(lastIndex { $0 != " " }.map(index(after:)) ?? startIndex)]
  }

  /// The words in lines of at most `width` characters, later ones indented; a longer word has a line of its own.
  func wrapped(width: Int, indentation: Int = 0) -> [String] {
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

  /// On one line and without what a terminal obeys: names and messages come from outside.
  public var printable: String {
    String(
      unicodeScalars.map { scalar -> Character in
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: " "
        default: Character(scalar)
        }
      })
  }
}
