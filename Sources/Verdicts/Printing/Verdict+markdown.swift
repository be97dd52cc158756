import Measurements
import Platform

extension Verdict {
  /// The verdict as Markdown to paste into an issue or a CI summary, ending in a newline.
  public var markdown: String {
    var lines = ["### \(Self.escaped(answer))", ""] + reasons.map { "- \(Self.escaped($0))" }
    lines +=
      [""] + remedies.enumerated().map { "\($0 + 1). \(Self.escaped($1))" } + ["", "\(Self.escaped(headline)).", ""]
    lines += headings.map { "- \($0.name): \(Self.escaped($0.text))" }
    for (name, rows) in [("objective", objectives.map(\.row)), ("guardrail", guardrails.map(\.row))] where !rows.isEmpty
    {
      lines += Self.table(
        [name] + RuleRow.columns + ["beside it"], rows.map { [$0.title] + $0.cells + [$0.beside] })
    }
    lines += ["", legend]
    for group in factsGroups {
      lines += ["", "**\(Self.escaped(group.title))**"]
      lines += Self.table(["metric"] + FactsRow.columns, group.rows.map { [$0.metric] + $0.cells })
    }
    lines += Self.section("Void blocks", voidLines) + Self.section("Refused", refusals.map(\.description))
    lines += Self.section("Missing", gaps.map(\.description))
    return lines.joined(separator: "\n") + "\n"
  }

  private static func table(_ header: [String], _ rows: [[String]]) -> [String] {
    guard !rows.isEmpty else { return ["", "nothing measured"] }
    let rule = header.indices.map { $0 == 0 || $0 >= 4 ? ":---" : "---:" }
    return [""] + ([header, rule] + rows.map { $0.map(escaped) }).map { "| \($0.joined(separator: " | ")) |" }
  }

  private static func section(_ name: String, _ items: [String]) -> [String] {
    items.isEmpty ? [] : ["", "\(name):", ""] + items.map { "- \(escaped($0))" }
  }

  /// One line without markup: names and messages come from outside.
  private static func escaped(_ text: String) -> String {
    text.printable.reduce(into: "") { escaped, character in
      if "\\`*_[]<>|#".contains(character) { escaped.append("\\") }
      escaped.append(character)
    }
  }
}
