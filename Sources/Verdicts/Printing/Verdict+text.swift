import Measurements

extension Verdict {
  /// The verdict for a terminal, ending in a newline: rules as an aligned table, the means behind them, then why.
  ///
  /// Where the table doesn't fit, each rule takes lines of its own.
  ///
  /// - Parameter width: Characters per line; below 60 counts as 60. Only a single word may be longer.
  public func text(width: Int) -> String {
    let width = max(width, 60)
    var lines = [headline, ""]
    for (name, text) in headings {
      let wrapped = text.printable.wrapped(width: width, indentation: 13)
      lines += wrapped.enumerated().map { $0 == 0 ? name + $1.dropFirst(name.count) : $1 }
    }
    lines += ruleLines(width) + factsLines(width)
    lines += section("void blocks", voidLines, width) + section("refused", refusals.map(\.description), width)
    lines += section("missing", gaps.map(\.description), width)
    lines += [""] + reason.printable.wrapped(width: width)
    return lines.joined(separator: "\n") + "\n"
  }

  private func ruleLines(_ width: Int) -> [String] {
    let parts = [("objectives", objectives.map(\.row)), ("guardrails", guardrails.map(\.row))].filter { !$0.1.isEmpty }
    let body = parts.flatMap { name, rows in [[name] + RuleRow.columns] + rows.map { ["  \($0.title)"] + $0.cells } }
    let table = TextTable(aligning: body)
    var lines: [String] = []
    for (name, rows) in parts {
      lines += ["", table.width <= width ? table.line([name] + RuleRow.columns) : name]
      for row in rows {
        lines +=
          table.width <= width
          ? [table.line(["  \(row.title)"] + row.cells)]
          : "\(row.title): \(row.state)".wrapped(width: width, indentation: 2)
            + row.details("limit").wrapped(width: width, indentation: 4)
        if !row.beside.isEmpty { lines += row.beside.wrapped(width: width, indentation: 4) }
      }
    }
    return lines + [""] + legend.wrapped(width: width)
  }

  private func factsLines(_ width: Int) -> [String] {
    let groups = factsGroups
    let header = ["measured"] + FactsRow.columns
    let table = TextTable(aligning: [header] + groups.flatMap { $0.rows.map { ["    \($0.metric)"] + $0.cells } })
    let fits = table.width <= width
    var lines = ["", fits ? table.line(header) : "measured, resident and candidate"]
    for group in groups {
      lines += group.title.wrapped(width: width, indentation: 2)
      for row in group.rows {
        lines +=
          fits
          ? [table.line(["    \(row.metric)"] + row.cells)]
          : "\(row.metric): \(row.resident), \(row.candidate), from \(row.count)".wrapped(width: width, indentation: 4)
      }
    }
    return lines
  }

  private func section(_ name: String, _ items: [String], _ width: Int) -> [String] {
    items.isEmpty ? [] : ["", name] + items.flatMap { $0.printable.wrapped(width: width, indentation: 2) }
  }
}

extension Verdict {
  /// The explanation for a terminal, one paragraph each, ending in a newline.
  public func explanationText(width: Int) -> String {
    explanation.flatMap { paragraph in
      paragraph.printable.wrapped(width: max(width, 60)).enumerated().map { $0 == 0 ? $1 : "  \($1)" }
    }.joined(separator: "\n") + "\n"
  }
}
