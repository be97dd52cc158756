import Measurements

/// Both sides' means of one metric of one cell, in words.
public struct FactsRow: Sendable, Equatable {
  public let metric: String
  public let resident: String
  public let candidate: String
  /// What they rest on.
  public let count: String

  static let columns = ["resident", "candidate", "from"]
  var cells: [String] { [resident, candidate, count] }
}

/// The facts of one cell under its regime.
public struct FactsGroup: Sendable, Equatable {
  public let title: String
  public let rows: [FactsRow]
}

extension Verdict {
  /// Both sides' means cell by cell.
  public var factsGroups: [FactsGroup] {
    let sides = Dictionary(grouping: facts, by: \.side)
    return zip(sides[.resident] ?? [], sides[.candidate] ?? []).map { resident, candidate in
      let words = (resident.regime ?? candidate.regime)?.description ?? resident.loop?.regime
      let regime = words.map { ": \($0)" } ?? ""
      return FactsGroup(
        title: "\(resident.cell)\(regime)",
        rows: Metric.allCases.compactMap { FactsRow($0, resident, candidate) }
          + FactsRow.loopRows(resident.loop, candidate.loop))
    }
  }
}

extension FactsRow {
  /// Nil if neither side has a figure.
  fileprivate init?(_ metric: Metric, _ resident: CellFacts, _ candidate: CellFacts) {
    let figures = [resident, candidate].map { facts in facts.figures.first { $0.metric == metric } }
    guard figures.contains(where: { $0 != nil }) else { return nil }
    self.metric = metric.title
    self.resident = Self.text(figures[0])
    self.candidate = Self.text(figures[1])
    let counts = figures.map { $0?.count ?? 0 }
    let noun =
      metric.isOfBlocks
      ? "block"
      : metric.sources == [.endurance]
        ? "request" : metric.comparison == .nats ? "token" : resident.loop == nil ? "item" : "turn"
    count =
      counts[0] == counts[1]
      ? Figures.count(counts[0], noun) : "\(counts[0]) and \(Figures.count(counts[1], noun))"
  }

  private static func text(_ figure: CellFacts.Figure?) -> String {
    guard let figure else { return "-" }
    if figure.metric.sources == [.endurance] { return figure.text }
    if figure.metric == .peakMemory { return Figures.bytes(Int64(figure.value)) }
    return figure.metric.unit == "share"
      ? Figures.percent(figure.value) : "\(Figures.measured(figure.value)) \(figure.metric.unit)"
  }
}

extension FactsRow {
  /// Where a live loop first went wrong and what its failures were; the time to the first token of a replay's ends.
  static func loopRows(_ resident: LoopFacts?, _ candidate: LoopFacts?) -> [FactsRow] {
    guard let resident, let candidate, !resident.rounds.isEmpty || !candidate.rounds.isEmpty else { return [] }
    let sides = [resident, candidate]
    let count = Figures.count(resident.planned, "round")
    guard resident.isLive else {
      return [1, resident.planned].map { round in
        let times = sides.map { loop in
          loop.rounds.first { $0.number == round }?.firstTokenMilliseconds.map { Figures.measured($0) + " ms" } ?? "-"
        }
        return FactsRow(
          metric: "time to first token, round \(round)", resident: times[0], candidate: times[1], count: "median")
      }
    }
    let degraded = sides.map { loop in
      loop.rounds.isEmpty ? "-" : loop.degradedText
    }
    var rows = [
      FactsRow(
        metric: Metric.firstDegradedRound.title, resident: degraded[0], candidate: degraded[1], count: count)
    ]
    for name in Set(sides.flatMap { $0.failures.keys }).sorted() {
      let counts = sides.map { String($0.failures[name] ?? 0) }
      rows.append(
        FactsRow(
          metric: "failed: " + name.replacing("_", with: " "), resident: counts[0], candidate: counts[1], count: count))
    }
    return rows
  }
}
