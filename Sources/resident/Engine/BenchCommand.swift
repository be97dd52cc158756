import ArgumentParser
import Checkpoint
import Foundation
import JSON
import NativeEngine
import Runner
import WorkerProtocol

struct BenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure prefill and decode rates of models and settings, as llama-bench does.",
    discussion: """
      Each test is one row: ppN processes a prompt of N tokens, tgN decodes N tokens one by one, with an empty cache or \
      after --depth tokens. Rates are means of the repetitions with their standard deviation; a warm-up goes before them.

      Example: resident engine bench --model qwen3-4b --model qwen3-8b --threads 4,8 -p 512 -n 128 -o md
      """)

  @Option(
    name: [.customShort("m"), .long],
    help: ArgumentHelp("A model folder, or a model id of the library; can be repeated.", valueName: "model"),
    completion: Completions.models)
  var model: [String]

  @Option(
    name: [.customShort("t"), .long],
    help: ArgumentHelp("Threads that compute, several with commas. Default: one per physical core.", valueName: "n,…"))
  var threads: CountList?

  @Option(
    name: [.customShort("p"), .long],
    help: ArgumentHelp("Tokens of the prompt, several with commas; 0 for none.", valueName: "n,…"))
  var promptTokens = CountList(counts: [512])

  @Option(
    name: [.customShort("n"), .long],
    help: ArgumentHelp("Tokens to decode, several with commas; 0 for none.", valueName: "n,…"))
  var decodeTokens = CountList(counts: [128])

  @Option(
    name: [.customShort("d"), .long],
    help: ArgumentHelp("Tokens that are in the cache before decoding, several with commas.", valueName: "n,…"))
  var depth = CountList(counts: [0])

  @Option(help: "Sequences that are decoded together; rates are totals over all of them.")
  var sequences = 1

  @Option(name: [.customShort("r"), .long], help: "Repetitions that are counted.")
  var repetitions = 5

  @Option(name: [.customShort("o"), .customLong("output")], help: "How rows are printed: md, json or csv.")
  var output: BenchOutput = .md

  @Flag(help: "The same as --output json: one object with every repetition.") var json = false

  @Option(
    help: "How the cache stores keys and values: \(CachePrecision.allCases.map(\.rawValue).joined(separator: ", ")).")
  var cachePrecision: CachePrecision = .float32

  @Option(
    help: """
      How activations are rounded before they are multiplied by weights: \
      \(ActivationPrecision.allCases.map(\.rawValue).joined(separator: ", ")).
      """)
  var activationPrecision: ActivationPrecision = .matched

  @Option(
    help: """
      Where weights stand: memory of the process's own, as when models are compared, or the pages in which the system \
      caches the file.
      """)
  var weights: WeightPlacement = .memory

  @OptionGroup var library: LibraryOption

  func validate() throws {
    guard repetitions > 0, (1...256).contains(sequences) else {
      throw ValidationError("--repetitions must be positive, and --sequences from 1 to 256.")
    }
    guard (threads?.counts ?? [1]).allSatisfy({ (1...1024).contains($0) }) else {
      throw ValidationError("--threads must be from 1 to 1024.")
    }
    guard (promptTokens.counts + decodeTokens.counts).contains(where: { $0 > 0 }) else {
      throw ValidationError("Give -p, -n or both a number above 0.")
    }
  }

  func run() async throws {
    if let activity = try await QuietMachine.look(), !activity.isQuiet {
      Terminal.writeError("warning: the machine is busy, so rates are too low: \(activity.text)\n")
    }
    var rows: [BenchRow] = []
    let printer = BenchPrinter(json ? .json : output)
    for name in model {
      for count in threads.map({ $0.counts.map(Optional.some) }) ?? [nil] {
        rows += try measure(try library.model(named: name).folder, threads: count)
      }
    }
    for warning in rows.compactMap(\.warning) { Terminal.writeError("warning: \(warning)\n") }
    printer.show(rows)
  }

  private func measure(_ folder: URL, threads: Int?) throws -> [BenchRow] {
    let prompts = promptTokens.counts.filter { $0 > 0 }
    let decodes = decodeTokens.counts.filter { $0 > 0 }
    let longest = max(prompts.max() ?? 0, (depth.counts.max() ?? 0) + (decodes.max() ?? 0))
    let model = try LanguageModel(
      contentsOf: folder,
      options: Session.Options(
        threads: threads, contextLength: longest, cachePrecision: cachePrecision,
        activationPrecision: activationPrecision, sequences: sequences,
        instructionSet: ProcessInfo.processInfo.environment[InstructionSet.environmentVariable]),
      placement: weights == .memory ? .memory : .cache)
    for warning in model.folder.warnings { Terminal.writeError("warning: \(warning)\n") }
    let inspection = try ModelInspection(of: model.folder)
    let tests =
      prompts.map(EngineBenchmark.Test.prefill)
      + decodes.flatMap { count in depth.counts.map { EngineBenchmark.Test.decode(count, depth: $0) } }
    return try tests.map { test in
      let benchmark = EngineBenchmark(test, sequences: sequences)
      let display = WorkDisplay("\(folder.lastPathComponent) \(test.name)")
      display.show(0)
      _ = try benchmark.rate(model.session)
      var rates: [Double] = []
      for repetition in 0..<repetitions {
        display.show(Double(repetition) / Double(repetitions))
        rates.append(try benchmark.rate(model.session))
      }
      display.end()
      return BenchRow(model, inspection, weights, test: test, sequences: sequences, rates: rates)
    }
  }
}

/// Numbers that are separated by commas.
struct CountList: ExpressibleByArgument {
  let counts: [Int]

  init(counts: [Int]) { self.counts = counts }

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    let counts = parts.compactMap { $0.flatMap { (0...1 << 24).contains($0) ? $0 : nil } }
    guard !counts.isEmpty, counts.count == parts.count else { return nil }
    self.counts = counts
  }

  var defaultValueDescription: String { counts.map(String.init).joined(separator: ",") }
}

extension WeightPlacement: ExpressibleByArgument {}

enum BenchOutput: String, CaseIterable, ExpressibleByArgument {
  case md, json, csv
}
