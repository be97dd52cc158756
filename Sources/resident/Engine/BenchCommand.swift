import ArgumentParser
import Foundation
import JSON
import NativeEngine

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure prefill and decode rates, each repetition by itself.")

  @OptionGroup var options: ModelOptions

  @Option(help: "Tokens of the prompt.")
  var promptTokens = 512

  @Option(help: "Tokens to decode after it.")
  var decodeTokens = 128

  @Option(help: "Sequences that are decoded together; rates are totals over all of them.")
  var sequences = 1

  @Option(help: "Repetitions that are counted; a warm-up goes before them.")
  var repetitions = 5

  @Flag(help: "Print one JSON object with every repetition.")
  var json = false

  func validate() throws {
    guard promptTokens > 0, decodeTokens > 0, repetitions > 0, (1...256).contains(sequences) else {
      throw ValidationError(
        "--prompt-tokens, --decode-tokens and --repetitions must be positive, and --sequences from 1 to 256.")
    }
  }

  func run() throws {
    let model = try options.load(contextLength: promptTokens + decodeTokens, sequences: sequences)
    let bench = EngineBenchmark(promptTokens: promptTokens, decodeTokens: decodeTokens, sequences: sequences)
    _ = try bench.run(model.session)
    var readings: [EngineBenchmark.Reading] = []
    for _ in 0..<repetitions { readings.append(try bench.run(model.session)) }
    json ? Terminal.write(output(readings, model)) : Terminal.write(table(readings, model))
  }

  private func output(_ readings: [EngineBenchmark.Reading], _ model: LanguageModel) -> JSONValue {
    [
      "model": .string(model.folder.url.lastPathComponent),
      "instruction_set": .string(model.session.instructionSet.rawValue),
      "threads": .integer(model.session.threadCount),
      "prompt_tokens": .integer(promptTokens),
      "decode_tokens": .integer(decodeTokens),
      "sequences": .integer(sequences),
      "activation_precision": .string(model.session.activationPrecision.rawValue),
      "weight_bytes_per_token": .integer(model.session.weightBytesPerToken),
      "cache_bytes_per_token": .integer(model.session.cacheBytesPerToken),
      "repetitions": .array(
        readings.map {
          [
            "prefill_tokens_per_second": .number($0.prefillTokensPerSecond),
            "decode_tokens_per_second": .number($0.decodeTokensPerSecond),
          ]
        }),
    ]
  }

  private func table(_ readings: [EngineBenchmark.Reading], _ model: LanguageModel) -> String {
    let name = model.folder.url.lastPathComponent
    let setting =
      "\(model.session.instructionSet), \(model.session.threadCount) threads, \(options.cachePrecision.rawValue) cache, "
      + "\(model.session.activationPrecision.rawValue) activations"
    let times = sequences > 1 ? " × \(sequences)" : ""
    func row(_ test: String, _ values: [Double]) -> String {
      let sorted = values.sorted()
      let median = (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
      let figures = [median, sorted[0], sorted[sorted.count - 1]].map { String(format: "%.1f", $0) }
      return "| \(name) | \(setting) | \(test) | \(figures[0]) | \(figures[1]) … \(figures[2]) |\n"
    }
    return """
      | model | engine | test | tokens/s (median of \(readings.count)) | range |
      | --- | --- | --- | ---: | ---: |

      """
        + row("prefill \(promptTokens)\(times)", readings.map(\.prefillTokensPerSecond))
        + row("decode \(decodeTokens) at \(promptTokens)\(times)", readings.map(\.decodeTokensPerSecond))
  }
}
