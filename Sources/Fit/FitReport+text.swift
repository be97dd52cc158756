import Checkpoint
import Foundation

/// Output for people: several lines, each with its line feed.
extension FitReport {
  public var text: String {
    ([heading, ""] + weightLines + [""] + tableLines + [""] + speedLines + [""] + tierLines).map { "\($0)\n" }.joined()
  }

  private var heading: String { "\(model.name): \(model.config.modelType), by \(model.source.rawValue)" }

  private var weightLines: [String] {
    let mixture = model.experts.map { " (\($0.active) of \($0.total) experts)" } ?? ""
    let width = engine.cacheElementBytes
    let precision = width == 4 ? "single" : "half"
    var rows = [
      (
        "weights",
        "\(Figure.bytes(model.byteCount)): "
          + model.storages.map { "\($0.format) \(Figure.bytes($0.byteCount))" }.joined(separator: ", ")
      ),
      (
        "parameters",
        "\(Figure.count(model.parameterCount)), \(Figure.count(model.activeParameterCount)) active per token\(mixture)"
      ),
      (
        "read per token",
        "\(Figure.bytes(model.bytesPerToken)) of weights"
          + (model.experts?.byteCount == nil || limits.sequences == 1
            ? ""
            : ", \(Figure.bytes(model.bytesPerStep(sequences: limits.sequences))) for \(limits.sequences) sequences")
      ),
    ]
    if !model.isEncoder {
      let bytes = Figure.bytes(model.memory.bytesPerToken(elementBytes: width))
      rows.append(("cache", "\(bytes) per token in \(precision) precision; layers: \(model.memory.layerText)"))
    }
    if model.memory.windowBytes(elementBytes: 1) > 0 {
      rows.append(("windows", "\(Figure.bytes(model.memory.windowBytes(elementBytes: width))) per sequence when full"))
    }
    if model.memory.stateBytes > 0 {
      rows.append(("states", "\(Figure.bytes(model.memory.stateBytes)) per sequence, whatever the context"))
    }
    rows.append(
      ("scratch", "\(Figure.bytes(footprint.scratch)), and \(Figure.bytes(footprint.program)) for the program"))
    return Self.list(rows)
  }

  private var tableLines: [String] {
    var rows = [["context"] + Self.sequenceCounts.map { $0 == 1 ? "1 sequence  " : "\($0) sequences  " }]
    for context in Set(cells.map(\.contextLength)).sorted() {
      rows.append(
        [Figure.whole(context)]
          + cells.filter { $0.contextLength == context }.map {
            Figure.bytes($0.footprint.total) + ($0.footprint.total <= budget.available ? "  " : " !")
          })
    }
    rows.append(["largest"] + largest.map { ($0.contextLength.map { Figure.whole($0) } ?? "none") + "  " })
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    let table = rows.map { row in
      let cells = zip(row, widths).map { String(repeating: " ", count: $1 - $0.count) + $0 }
      return String(("  " + cells.joined(separator: "  ")).reversed().drop { $0 == " " }.reversed())
    }
    let rest = cells.contains { $0.footprint.total > budget.available } ? "; ! does not fit" : ""
    return [
      "memory of \(Figure.bytes(budget.memory)), of which \(Figure.bytes(budget.reserve)) stay free: "
        + "\(Figure.bytes(budget.available)) for the model\(rest)"
    ] + table
  }

  private var speedLines: [String] {
    var rows: [(String, String)] = []
    for speed in speeds {
      guard let decode = speed.decode else { continue }
      rows.append(
        (
          "decode at \(Figure.whole(speed.contextLength))" + (speed.sequences > 1 ? " × \(speed.sequences)" : ""),
          "\(decode.text), limit \(Figure.rate(speed.decodeLimit)) (\(Figure.bytes(speed.decodeBytes)) per \(speed.sequences > 1 ? "step" : "token"))"
        ))
    }
    if let last = speeds.last, let prefill = last.prefill {
      let limit = last.prefillLimit.map { ", limit \(Figure.rate($0))" } ?? ""
      let (name, result) = model.isEncoder ? ("text", "vector") : ("prompt", "first token")
      rows.append((name, prefill.text + limit))
      if let first = last.firstToken(promptTokens: limits.promptTokens) {
        rows.append(
          (
            result,
            "\(Figure.seconds(first.seconds)) (\(Figure.seconds(first.interval.lowerBound)) … "
              + "\(Figure.seconds(first.interval.upperBound))) after a \(name) of \(Figure.whole(limits.promptTokens)) tokens"
          ))
      }
    } else {
      rows.append(("prompt", "not predicted: nobody states how fast this machine computes"))
    }
    let operations = host.operationRate.map { ", computes \(Figure.operations($0))" } ?? ""
    return [
      "speed on \(host.name): reads \(String(format: "%.1f", host.readBandwidth / 1e9)) GB/s\(operations) (\(host.source))"
    ] + Self.list(rows)
      + [(speeds.last?.decode ?? speeds.last?.prefill)?.basis.text].compactMap(\.self).map { "  \($0)" } + reachedLines
  }

  /// Not said twice where it is what the prediction rests on.
  private var reachedLines: [String] {
    guard let reached, case .rehearsed? = speeds.last?.decode?.basis else { return [] }
    return [
      String(
        format: "  real runs of %@ in %@ reached %.0f %% of the limit here (%.0f … %.0f %%, %d run%@)", reached.family,
        reached.format, reached.median * 100, reached.range.lowerBound * 100, reached.range.upperBound * 100,
        reached.runs,
        reached.runs == 1 ? "" : "s")
    ]
  }

  private var tierLines: [String] {
    let reasons = tier.reasons.map(\.text).joined(separator: ", ")
    let question =
      "with \(Figure.whole(limits.contextLength)) tokens of context, \(limits.sequences) at once"
    guard case .aspirational(_, let cluster?) = tier else { return ["\(tier.name) \(question): \(reasons)"] }
    return [
      "\(tier.name) \(question): \(reasons)",
      "  machines of this kind that hold the weights: \(cluster.machinesForWeights); with the cache: \(cluster.machines). A "
        + "token sends \(Figure.bytes(cluster.pipelineBytesPerToken)) between them with layers apart, "
        + "\(Figure.bytes(cluster.tensorBytesPerToken)) with every layer cut",
    ]
  }

  private static func list(_ rows: [(String, String)]) -> [String] {
    let width = rows.map(\.0.count).max() ?? 0
    return rows.map { "  " + $0.padding(toLength: width, withPad: " ", startingAt: 0) + "  " + $1 }
  }
}

extension PredictedRate {
  fileprivate var text: String {
    "\(Figure.rate(tokensPerSecond)) (\(Figure.number(interval.lowerBound)) … \(Figure.number(interval.upperBound)))"
  }
}

extension PredictedRate.Basis {
  fileprivate var text: String {
    switch self {
    case .rehearsed: "predicted by layers of this shape with random weights, run on this machine"
    case .reached(let runs, let shares):
      String(
        format:
          "predicted by the share of the limit that %d earlier run%@ of its family and format reached here, %.0f to %.0f %%",
        runs, runs == 1 ? "" : "s", shares.lowerBound * 100, shares.upperBound * 100)
    case .assumed(let shares):
      String(
        format: "predicted by the share of the limit that is common elsewhere, %.0f to %.0f %%",
        shares.lowerBound * 100,
        shares.upperBound * 100)
    }
  }
}

extension Tier {
  /// Its name and the inequalities that decided it, such as `overnight: decode rate 4.2 tok/s < 10.0 tok/s`.
  public var text: String {
    let reasons = reasons.map(\.text).joined(separator: ", ")
    guard case .aspirational(_, let cluster?) = self else { return "\(name): \(reasons)" }
    return "\(name): \(reasons); \(cluster.machines) machines of this kind hold it with its cache"
  }
}

extension Tier.Inequality {
  fileprivate var text: String {
    let relation =
      switch (isUpperLimit, holds) {
      case (true, true): "≤"
      case (true, false): ">"
      case (false, true): "≥"
      case (false, false): "<"
      }
    return "\(what) \(text(value)) \(relation) \(text(limit))"
  }
}

extension Tier.Inequality {
  /// With as many digits as tell the value from the limit.
  fileprivate func text(_ figure: Double) -> String {
    let (scale, name) =
      switch unit {
      case .bytes: limit >= 1e9 ? (1e9, "GB") : (1e6, "MB")
      case .tokensPerSecond: (1, "tok/s")
      case .seconds: (1, "s")
      }
    let shown = [value, limit].map { $0 / scale }
    let digits = (1...6).first { digits in
      value == limit || String(format: "%.\(digits)f", shown[0]) != String(format: "%.\(digits)f", shown[1])
    }
    return String(format: "%.\(digits ?? 6)f", figure / scale) + " \(name)"
  }
}

/// Figures with their units, as people read them.
enum Figure {
  static func bytes(_ count: Int) -> String {
    let value = Double(count)
    let (scaled, unit) =
      switch abs(value) {
      case 1e9...: (value / 1e9, "GB")
      case 1e6...: (value / 1e6, "MB")
      case 1e3...: (value / 1e3, "kB")
      default: (value, "bytes")
      }
    return (unit == "bytes" ? "\(count)" : number(scaled)) + " \(unit)"
  }

  static func count(_ count: Int) -> String {
    let value = Double(count)
    return value >= 1e9
      ? String(format: "%.2f billion", value / 1e9)
      : value >= 1e6 ? String(format: "%.1f million", value / 1e6) : whole(count)
  }

  static func operations(_ rate: Double) -> String {
    rate >= 1e12 ? "\(number(rate / 1e12)) T operations/s" : "\(number(rate / 1e9)) G operations/s"
  }

  static func rate(_ rate: Double) -> String { "\(number(rate)) tok/s" }
  static func seconds(_ seconds: Double) -> String { "\(number(seconds)) s" }

  /// Three digits, as far as they are before or one after the point.
  static func number(_ value: Double) -> String {
    String(format: abs(value) >= 100 ? "%.0f" : abs(value) >= 10 ? "%.1f" : "%.2f", value)
  }

  static func whole(_ count: Int) -> String {
    var (digits, text) = (Array(String(count)), "")
    while digits.count > 3 {
      text = "," + String(digits.suffix(3)) + text
      digits.removeLast(3)
    }
    return String(digits) + text
  }
}

extension FitReport {
  /// A number of bytes as the report prints it.
  public static func figure(ofBytes count: Int) -> String { Figure.bytes(count) }
}
