import Measurements
import Platform

extension Verdict {
  /// The verdict for a terminal, ending in a newline: the answer, the evidence for it, what would change it, and what was
  /// measured how.
  ///
  /// A table that does not fit loses the bars first, and then both sides' values.
  ///
  /// - Parameters:
  ///   - width: Characters per line; below 60 counts as 60. Only a single word may be longer.
  ///   - style: What the answer and the states are printed as; what it adds takes no width.
  public func text(width: Int, style: (String) -> String = { $0 }) -> String {
    let width = max(width, 60)
    let face = face
    var lines = face.answer.printable.wrapped(width: width)
    if let first = lines.first, let word = first.split(separator: " ").first.map(String.init) {
      lines[0] = style(word) + first.dropFirst(word.count)
    }
    lines += face.reasons.flatMap { $0.printable.wrapped(width: width, indentation: 2) }
    lines += EvidenceTable(of: face, width: width).lines(style)
    lines += Self.lines(face.remedies, width) + [""]
    lines += face.finePrint.flatMap { $0.printable.wrapped(width: width) }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func lines(_ remedies: VerdictFace.Remedies?, _ width: Int) -> [String] {
    guard let remedies else { return [] }
    let numbered = remedies.sentences.enumerated().flatMap { index, remedy in
      let number = "  \(index + 1) "
      let wrapped = remedy.printable.wrapped(width: width, indentation: number.count)
      return wrapped.enumerated().map { $0 == 0 ? number + $1.dropFirst(number.count) : $1 }
    }
    return ["", remedies.title] + numbered
  }

  /// Which weights were measured how, where and under which contract.
  var finePrint: [String] {
    let (resident, candidate) = (subject.resident, subject.candidate)
    let weights = [resident, candidate].map { side in side.weights?.short ?? "unverified" }.joined(separator: " → ")
    let proofs = Set([resident.proof, candidate.proof].compactMap(\.self)).subtracting([.hashed])
    let known = proofs.isEmpty ? "" : ", known by \(proofs.map(\.rawValue).sorted().joined(separator: " and "))"
    let load = subject.highestLoadAverage.map { ", load average up to \(Figures.plain($0))" } ?? ""
    let role = subject.role.map { " · role \($0)" } ?? ""
    let void = blocks.map(\.void).reduce(0, +)
    let used = blocks.map(\.used).min() ?? 0
    let ended = stop.map { ", ended for: \($0.title)" } ?? ""
    let voids = void == 0 ? "" : ", \(void) void"
    return [
      "\(candidate.engine.title) · \(subject.host.chip), \(Figures.bytes(subject.host.memoryBytes)), "
        + "\(subject.host.operatingSystem) · \(subject.environment.rawValue)\(load)",
      "\(subject.envelopeID) v\(subject.envelopeVersion) \(subject.envelopeHash.short)\(role) · weights \(weights)\(known) · "
        + "session \(subject.session)",
      "\(outcome.rawValue), \(maturity.text) · "
        + "\(Figures.count(used, "block")) per cell scored\(voids)\(ended) · challenge \(challenge.number), "
        + "alpha \(Figures.plain(challenge.level))"
        + (challenge.earlierSessions.isEmpty
          ? "" : " · with \(Figures.count(challenge.earlierSessions.count, "earlier session"))"),
    ] + headings.filter { ["worker", "load"].contains($0.name) }.map { "\($0.name): \($0.text)" }
  }
}

extension Verdict {
  /// Every rule with its interval and limit, the means of both sides and the void blocks, ending in a newline: what stands
  /// behind the table of the answer.
  public func details(width: Int) -> String {
    let width = max(width, 60)
    var lines = ruleLines(width) + factsLines(width)
    lines += section("void blocks", voidLines, width) + section("refused", refusals.map(\.description), width)
    lines += section("missing", gaps.map(\.description), width)
    return lines.joined(separator: "\n") + "\n"
  }

  private func ruleLines(_ width: Int) -> [String] {
    let parts = [("objectives", objectives.map(\.row)), ("guardrails", guardrails.map(\.row))].filter { !$0.1.isEmpty }
    func cells(_ row: RuleRow) -> [String] { ["  \(row.title)"] + row.cells }
    let body = parts.flatMap { name, rows -> [[String]] in [[name] + RuleRow.columns] + rows.map(cells) }
    let table = TextTable(aligning: body)
    var lines: [String] = []
    for (name, rows) in parts {
      lines += ["", table.width <= width ? table.line([name] + RuleRow.columns) : name]
      for row in rows {
        if table.width <= width {
          lines.append(table.line(cells(row)))
        } else {
          lines += "\(row.title): \(row.state)".wrapped(width: width, indentation: 2)
          lines += row.details("limit").wrapped(width: width, indentation: 4)
        }
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
