import Measurements
import Verdicts

/// Where the figures of a report can be had again, and what of them may be shown.
public enum ReportSource: Sendable, Equatable {
  /// A database of this machine.
  case database
  /// The same, shown to others over a network.
  case sharedDatabase
  /// A published dataset, by the folder that a command names; its pages are for everybody.
  case dataset(String)

  /// Answers to items stay on the machine that has them.
  var showsAnswers: Bool { self == .database }
}

extension ComparisonDetail {
  func surroundingsSection(_ hasCharts: Bool) -> String {
    guard let surroundings, hasCharts else { return "" }
    let kind =
      surroundings.isPeakMemory ? "the most that each model held by then" : "what each model held, every second"
    let figures = [
      ChartFigure(kind: "memory", caption: "Memory over time: \(kind)"),
      ChartFigure(kind: "load", caption: "Load of the machine: runnable threads in the minute before"),
    ]
    return "<h2>The machine meanwhile</h2>\n<div class=\"charts\">\n\(figures.map(\.html).joined())</div>\n"
  }

  /// The rounds of each tool loop as two rows of marks.
  var loopsSection: String {
    let loops = (verdict?.facts ?? []).filter { $0.loop?.rounds.isEmpty == false }
    guard !loops.isEmpty else { return "" }
    let cells = loops.reduce(into: [CellID]()) { if !$0.contains($1.cell) { $0.append($1.cell) } }
    let tables = cells.map { cell in
      let sides = loops.filter { $0.cell == cell }
      let numbers = Set(sides.flatMap { $0.loop?.rounds.map(\.number) ?? [] }).sorted()
      let head = numbers.map { "<th>\($0)</th>" }.joined()
      let rows = sides.map { facts in
        let rounds = Dictionary(
          (facts.loop?.rounds ?? []).map { ($0.number, $0) }, uniquingKeysWith: { first, _ in first })
        let marks = numbers.map { "<td>\(rounds[$0].map(\.mark) ?? "")</td>" }.joined()
        return "<tr><th>\(facts.side.rawValue)</th>\(marks)</tr>\n"
      }
      return """
        <h3>\(cell.rawValue.htmlText(atMost: 80)) <small>\((sides.first?.loop?.regime ?? "").htmlText(atMost: 200))</small></h3>
        <div class="table"><table class="rounds"><thead><tr><th>round</th>\(head)</tr></thead><tbody>
        \(rows.joined())</tbody></table></div>

        """
    }
    return "<h2>Tool loops, round by round</h2>\n\(tables.joined())"
      + "<p class=\"faint legend\">● went as it should · ✕ went wrong; pointing at one says how</p>\n"
  }

  /// The items that the two models answer differently, with both answers.
  var answersSection: String {
    guard !changedAnswers.isEmpty else { return "" }
    let rows = changedAnswers.prefix(Self.mostAnswers).map { answer in
      [
        answer.task.rawValue.htmlText(atMost: 60), answer.item.htmlText(atMost: 60),
        answer.prompt.htmlText(atMost: 160),
        answer.expected.htmlText(atMost: 80), answer.resident.html, answer.candidate.html,
      ]
    }
    let more =
      changedAnswers.count > Self.mostAnswers ? "<p class=\"faint\">The first \(Self.mostAnswers) are shown.</p>\n" : ""
    return """
      <h2>Answers that changed</h2>
      <p class="faint">Of this machine's database; no dataset has them.</p>
      <details><summary>\(changedAnswers.count) \(changedAnswers.count == 1 ? "item" : "items") with both answers</summary>
      \(HTMLTable(heads: ["task", "item", "question", "right", "resident", "candidate"], rows: rows).html)\(more)</details>

      """
  }

  private static let mostAnswers = 200

  var voidsSection: String {
    guard let voids = verdict?.voids, !voids.isEmpty else { return "" }
    let rows = voids.map { void in
      [void.cell.rawValue.htmlText(atMost: 60), "\(void.block)", void.reason.htmlText(atMost: 300)]
    }
    return "<h2>Void blocks</h2>\n<p class=\"faint\">Kept, but not scored.</p>\n"
      + HTMLTable(heads: ["cell", "block", "why"], rows: rows).html
  }

  /// Engine, host, envelope and weights in full, and the commands to see it again.
  func againSection(_ source: ReportSource) -> String {
    let subject = comparison.verdict.subject
    let sides = [("resident", subject.resident), ("candidate", subject.candidate)]
    let weights = sides.map { name, side in
      ("\(name)'s weights", side.weights.map { "\(side.model), SHA-256 \($0)" } ?? "\(side.model), unverified")
    }
    let engines = Set(sides.map(\.1.engine)).map { engine in
      ("engine", "\(engine.name) \(engine.version), \(engine.instructionSet), \(engine.threads) threads")
    }
    let host = subject.host
    let rows =
      weights + engines.sorted { $0.1 < $1.1 } + [
        (
          "host",
          "\(host.chip), \(host.physicalCores) cores, \(host.operatingSystem), \(host.architecture), "
            + "\(subject.environment.rawValue), fingerprint \(host.fingerprint)"
        ), ("envelope", "\(subject.envelopeID) version \(subject.envelopeVersion), SHA-256 \(subject.envelopeHash)"),
        ("session", subject.session),
      ]
    let list = rows.map { "<dt>\($0.0)</dt><dd>\($0.1.htmlText(atMost: 300))</dd>\n" }.joined()
    return """
      <h2>To see it again</h2>
      <dl>
      \(list)</dl>
      <pre>\(commands(source).map(\.htmlText).joined(separator: "\n"))</pre>

      """
  }

  private func commands(_ source: ReportSource) -> [String] {
    switch source {
    case .database, .sharedDatabase:
      [
        "resident show \(comparison.number)", "resident explain \(comparison.number)",
        "resident report --json --comparison \(comparison.number)",
      ]
    case .dataset(let folder):
      [
        "resident verify \(folder)",
        "resident query --results \(folder) \"SELECT * FROM samples WHERE session = '\(comparison.verdict.subject.session)'\"",
      ]
    }
  }
}

extension LoopFacts.Round {
  fileprivate var mark: String {
    guard !failures.isEmpty else { return "<span class=\"good\" title=\"round \(number)\">●</span>" }
    let names = failures.joined(separator: ", ").replacing("_", with: " ").htmlText(atMost: 120)
    return "<span class=\"bad\" title=\"round \(number): \(names)\">✕</span>"
  }
}

extension ChangedAnswer.Answer {
  fileprivate var html: String {
    let shown = text.isEmpty ? "no answer" : text
    return
      "<span class=\"\(isCorrect ? "good" : "bad")\">\(isCorrect ? "✓" : "✕")</span> \(shown.htmlText(atMost: 120))"
  }
}
