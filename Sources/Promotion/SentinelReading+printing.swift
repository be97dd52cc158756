import Envelopes
import Foundation
import JSON
import Measurements

extension SentinelReading {
  /// What was found, in one line.
  public var text: String {
    let noun = unit == .rounds ? "round" : "block"
    let loads = loadEffect.map { "load effect of a round at most \(Self.percent($0))" } ?? "one load, so none is seen"
    return "\(metric.title) \(effectText), the copy as \(copySide.rawValue): "
      + (coversZero ? "covers zero" : "OFF ZERO, nothing is promoted until a later one covers it")
      + (isDecisive ? "" : ", but as well what the envelope expects of a candidate: it would end no block")
      + "; \(loads) (sd of a \(noun)'s log-ratio \(Self.percent(deviation)), from \(pairs) \(noun)s)"
  }

  /// Why nothing is promoted, and what to do.
  public var refusal: String {
    let time = Date(timeIntervalSince1970: startedAt).formatted(.iso8601)
    return "the sentinel is off zero: comparison \(session) of calibration.sqlite (\(time), \(model) with its own copy "
      + "as \(copySide.rawValue), \(envelopeID), \(environment.rawValue)) found \(metric.title) \(effectText) between equal "
      + "models; nothing is promoted on this host until a later sentinel of the class \(environment.rawValue) covers "
      + "zero; find out what favours a side and run it again: `resident nightly` with a plan that has a sentinel and "
      + "this class measures it first"
  }

  public var json: JSONValue {
    [
      "session": .integer(Int(session.rawValue)), "started_at": .number(startedAt), "model": .string(model.rawValue),
      "copy_side": .string(copySide.rawValue), "envelope": .string(envelopeID),
      "envelope_hash": .string(envelope.rawValue), "environment": .string(environment.rawValue),
      "metric": .string(metric.rawValue), "ratio": .init(ratio),
      "interval": [.init(interval.lowerBound), .init(interval.upperBound)], "confidence": .init(confidence),
      "covers_zero": .bool(coversZero), "is_decisive": .bool(isDecisive), "pairs": .integer(pairs),
      "pair": .string(unit == .rounds ? "round" : "block"), "log_ratio_sd": .init(deviation),
      "load_effect_log_ratio_sd": .init(loadEffect),
    ]
  }

  /// `+2.79 % ([+1.07, +4.53] %, confidence 95 %)`.
  private var effectText: String {
    let ends = [interval.lowerBound, interval.upperBound].map { Self.fixed(($0 - 1) * 100, "%+.2f") }
    return "\(Self.fixed((ratio - 1) * 100, "%+.2f")) % ([\(ends[0]), \(ends[1])] %, confidence "
      + "\(Self.fixed(confidence * 100, "%.4g")) %)"
  }

  private static func percent(_ share: Double) -> String { fixed(share * 100, "%.2f") + " %" }

  private static func fixed(_ value: Double, _ format: String) -> String {
    value.isFinite ? String(format: format, value) : value > 0 ? "+inf" : "-inf"
  }
}
