import Envelopes
import JSON
import Measurements
import Statistics

/// What an envelope's limit on memory over time, swap or the decode rate says of one model, measured alone or not.
public struct LimitReading: Sendable, Equatable {
  public let cell: CellID
  public let figure: EnduranceFigures.Figure
  /// Nil where the envelope has no limit for the metric.
  public let limit: Double?
  /// Nil without a limit.
  public let state: GuardrailResult.State?

  /// The figure with its interval and what became of the limit.
  public var text: String {
    let metric = figure.metric
    let interval = figure.interval.lower < figure.interval.upper ? " (\(intervalText))" : ""
    let words = limit.map { ", limit \(Figures.limited($0, metric)): \(state?.rawValue ?? "")" } ?? ""
    return "\(metric.title) of \(cell): \(valueText)\(interval)\(words)"
  }

  /// The value with its unit.
  public var valueText: String { CellFacts.Figure(metric: figure.metric, value: figure.value, count: 1).text }

  /// For programs: in the metric's unit, null where there is no limit.
  public var json: JSONValue {
    [
      "value": .init(figure.value), "unit": .string(figure.metric.unit), "interval": figure.interval.ends,
      "limit": limit.map { .number($0) } ?? .null, "state": .init(state?.rawValue),
    ]
  }

  /// Both ends of the interval.
  public var intervalText: String {
    "\(Figures.limited(figure.interval.lower, figure.metric)) to \(Figures.limited(figure.interval.upper, figure.metric))"
  }

  /// Of every metric of every endurance cell whose stream came to its end, in the order of cells and metrics.
  ///
  /// - Parameters:
  ///   - samples: Of one model.
  ///   - voids: Of the session.
  public static func all(
    of envelope: Envelope, _ samples: [Sample], voids: [BlockVoid]
  ) throws(StatisticsError) -> [LimitReading] {
    let confidence = envelope.promotion.guardrailLevel(challenge: 1).confidence
    var readings: [LimitReading] = []
    for cell in envelope.endurance {
      let figures = try EnduranceStream(cell, samples, voids).figures(confidence: confidence)?.figures ?? []
      for figure in figures {
        let limit = envelope.promotion.guardrails.first { $0.metric == figure.metric && $0.cell == cell.id }?.margin
        let effect = LimitEffect(
          metric: figure.metric, value: figure.value, interval: figure.interval, residentValue: nil, requests: 0)
        readings.append(
          LimitReading(
            cell: cell.id, figure: figure, limit: limit, state: limit.map { effect.state(withinLimit: $0) }))
      }
    }
    return readings
  }
}
