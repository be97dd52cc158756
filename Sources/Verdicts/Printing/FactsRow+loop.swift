import Measurements

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
