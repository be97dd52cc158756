import Envelopes
import Measurements
import Statistics

/// One side's last pass through the stream of an endurance cell that is not void.
package struct EnduranceStream {
  let cell: EnduranceCell
  /// In order; none if the side has not begun one.
  let requests: [Sample]

  /// - Parameter samples: Of one side.
  package init(_ cell: EnduranceCell, _ samples: [Sample], _ voids: [BlockVoid]) {
    self.cell = cell
    let void = Set(voids.filter { $0.cell == cell.id }.map(\.block))
    let own = samples.filter { $0.place.cell == cell.id && !void.contains($0.place.block) }
    let last = own.map(\.place.block).max()
    requests = own.filter { $0.place.block == last }.sorted { ($0.place.round ?? 0) < ($1.place.round ?? 0) }
  }

  /// Those that ended otherwise than the stream asks for.
  package var failures: [Sample] {
    requests.filter { sample in
      guard let round = sample.place.round, let step = cell.step(ofRequest: (round - 1) % cell.cycle) else {
        return true
      }
      return !step.allows(sample.status)
    }
  }

  /// Whether it came to its end, every request in its place.
  package var isWhole: Bool {
    guard !requests.isEmpty, requests.count % cell.cycle == 0,
      requests.enumerated().allSatisfy({ $1.place.round == $0 + 1 })
    else { return false }
    switch cell.length {
    case .requests: return requests.count == cell.requestCount
    case .minutes(let minutes):
      return requests.reduce(0) { $0 + Double($1.elapsedNanoseconds) } >= minutes * 60e9
        || requests.count + cell.cycle > EnduranceCell.mostRequests
    }
  }

  /// - Parameter metric: The only one that is asked for; nil for all.
  func figures(confidence: Double, only metric: Metric? = nil) throws(StatisticsError) -> EnduranceFigures? {
    isWhole && failures.isEmpty ? try EnduranceFigures(cell, requests, confidence: confidence, only: metric) : nil
  }
}

extension Comparison {
  func stream(of cell: CellID, _ side: Side) -> EnduranceStream? {
    envelope.endurance.first { $0.id == cell }.map {
      EnduranceStream($0, evidence.samples(of: side), evidence.voids)
    }
  }

  /// The candidate's figure, beside that of the resident.
  func limitEffect(
    _ metric: Metric, _ cell: CellID, _ level: DecisionLevel
  ) throws(StatisticsError) -> Effect? {
    guard let stream = stream(of: cell, .candidate),
      let own = try stream.figures(confidence: level.confidence, only: metric), let figure = own[metric]
    else { return nil }
    let resident = try self.stream(of: cell, .resident)?.figures(confidence: level.confidence, only: metric)?[metric]
    return .limit(
      LimitEffect(
        metric: metric, value: figure.value, interval: figure.interval, residentValue: resident?.value,
        requests: own.requests))
  }

  /// What the candidate's stream lacks; the resident's is shown beside it and decides nothing.
  func streamGaps(_ metric: Metric, _ cell: CellID) -> [Gap] {
    guard let stream = stream(of: cell, .candidate) else { return [] }
    if let first = stream.failures.first, case .unscored(let status, let message) = first.outcome {
      return [.unscored(cell, .candidate, status, samples: stream.failures.count, message: message)]
    }
    guard stream.isWhole else {
      return [.stream(cell, requests: stream.requests.count, planned: stream.cell.requestCount)]
    }
    let isKnown = (try? stream.figures(confidence: 0.5, only: metric)?[metric]) != nil
    return isKnown ? [] : [.undefined(metric, cell, blocks: 1)]
  }

  func facts(of cell: EnduranceCell, _ side: Side) -> CellFacts {
    let stream = EnduranceStream(cell, evidence.samples(of: side), evidence.voids)
    let figures = (try? stream.figures(confidence: 0.95))?.figures ?? []
    let failures = stream.failures.count
    return CellFacts(
      cell: cell.id, side: side, regime: nil, successes: stream.requests.count - failures, unscored: failures,
      figures: figures.map { CellFacts.Figure(metric: $0.metric, value: $0.value, count: stream.requests.count) },
      loop: nil)
  }
}
