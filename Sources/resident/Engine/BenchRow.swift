import Checkpoint
import Foundation
import JSON
import Measurements
import NativeEngine
import Statistics
import WorkerProtocol

/// One test of one model with one number of threads.
struct BenchRow {
  private let model: String
  private let size: Int
  private let parameters: Int
  private let session: Session
  private let weights: WeightPlacement
  private let test: EngineBenchmark.Test
  private let sequences: Int
  /// Tokens per second of each repetition.
  private let rates: [Double]

  init(
    _ model: LanguageModel, _ inspection: ModelInspection, _ weights: WeightPlacement, test: EngineBenchmark.Test,
    sequences: Int, rates: [Double]
  ) {
    self.model = model.folder.url.lastPathComponent
    size = inspection.byteCount
    parameters = inspection.parameterCount
    session = model.session
    self.weights = weights
    self.test = test
    self.sequences = sequences
    self.rates = rates
  }

  private var mean: Double { rates.reduce(0, +) / Double(rates.count) }

  /// Of the sample; zero for one repetition.
  private var deviation: Double {
    guard rates.count > 1 else { return 0 }
    return (rates.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(rates.count - 1)).squareRoot()
  }

  private var testName: String { test.name + (sequences > 1 ? " × \(sequences)" : "") }

  /// What is wrong with the figures; nil if nothing is seen.
  var warning: String? {
    if !mean.isFinite || mean <= 0 { return "\(model) \(testName): the rate \(mean) tokens/s is absurd" }
    let bytes = mean * Double(session.weightBytesPerToken) / Double(sequences)
    if case .decode = test, bytes > Self.mostBytes {
      return
        "\(model) \(testName): \(Self.fixed(mean)) tokens/s is absurd: \(Self.fixed(bytes / 1e9)) GB of weights per second"
    }
    if deviation > Self.mostSpread * mean {
      let share = Self.fixed(100 * deviation / mean)
      return "\(model) \(testName): repetitions spread by \(share) % of their mean; something else used the machine"
    }
    return nil
  }

  /// Of weights per second; no processor's memory gives as many.
  private static let mostBytes = 2e12
  /// Of the mean.
  private static let mostSpread = 0.1

  static let columns = ["model", "size", "params", "backend", "threads", "test", "t/s"]

  var cells: [String] {
    [
      model, String(format: "%.2f MiB", Double(size) / Double(1 << 20)),
      String(format: "%.2f M", Double(parameters) / 1e6), "native \(session.instructionSet.rawValue)",
      "\(session.threadCount)", testName, "\(Self.fixed(mean)) ± \(Self.fixed(deviation))",
    ]
  }

  static let fieldNames = ["model", "size_bytes", "parameters", "instruction_set", "threads", "test", "mean", "sd"]

  var fields: [String] {
    [
      model, "\(size)", "\(parameters)", session.instructionSet.rawValue, "\(session.threadCount)", testName,
      "\(mean)", "\(deviation)",
    ]
  }

  var json: JSONValue {
    [
      "model": .string(model), "size_bytes": .integer(size), "parameters": .integer(parameters),
      "instruction_set": .string(session.instructionSet.rawValue), "threads": .integer(session.threadCount),
      "test": .string(test.name), "prompt_tokens": .integer(test.promptTokens),
      "decode_tokens": .integer(test.decodeTokens), "depth": .integer(test.depth), "sequences": .integer(sequences),
      "weights_in": .string(weights.rawValue), "activation_precision": .string(session.activationPrecision.rawValue),
      "weight_bytes_per_token": .integer(session.weightBytesPerToken),
      "cache_bytes_per_token": .integer(session.cacheBytesPerToken),
      "mean_tokens_per_second": .init(mean), "sd_tokens_per_second": .init(deviation),
      "tokens_per_second": .array(rates.map { .init($0) }), "warning": .init(warning),
    ]
  }

  private static func fixed(_ value: Double) -> String { String(format: "%.2f", value) }
}

/// Prints rows in one of the forms.
struct BenchPrinter {
  private let output: BenchOutput

  init(_ output: BenchOutput) { self.output = output }

  func show(_ rows: [BenchRow]) {
    switch output {
    case .md: Terminal.write(Self.markdown([BenchRow.columns] + rows.map(\.cells)))
    case .csv:
      for fields in [BenchRow.fieldNames] + rows.map(\.fields) {
        Terminal.write(fields.map(Self.quoted).joined(separator: ",") + "\n")
      }
    case .json: Terminal.write(result: ["results": .array(rows.map(\.json))])
    }
  }

  /// Aligned, figures to the right; to paste into an issue.
  private static func markdown(_ rows: [[String]]) -> String {
    let columns = rows[0].indices
    let widths = columns.map { column in rows.map { $0[column].count }.max() ?? 0 }
    func line(_ cells: [String]) -> String {
      let padded = columns.map { column -> String in
        let space = String(repeating: " ", count: widths[column] - cells[column].count)
        return column == 0 || column == 3 ? cells[column] + space : space + cells[column]
      }
      return "| \(padded.joined(separator: " | ")) |\n"
    }
    let rule = columns.map { column in
      let dashes = String(repeating: "-", count: widths[column])
      return column == 0 || column == 3 ? " \(dashes) " : " \(dashes):"
    }
    return line(rows[0]) + "|\(rule.joined(separator: "|"))|\n" + rows.dropFirst().map(line).joined()
  }

  /// As RFC 4180 says.
  private static func quoted(_ field: String) -> String {
    field.contains { ",\"\n\r".contains($0) } ? "\"\(field.replacing("\"", with: "\"\""))\"" : field
  }
}
