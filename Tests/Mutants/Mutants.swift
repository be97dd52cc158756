import ArgumentParser
import Foundation
import JSON

/// Reads damaged files of model folders, and reports each that crashes a reader, keeps it for more than two seconds, or
/// makes it take memory that the file's size does not justify.
@main
struct Mutants: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Read damaged files of model folders, GGUF files, envelopes and registries.",
    discussion: "Exit codes: 0 no failures, 1 failures, 2 usage or data error.")

  @Option(help: "Of each kind.") var count = 10_000
  @Option(
    help: "What mutants are drawn from; a number is the same mutant for as long as the seed and the fixtures are.")
  var seed: UInt64 = 18
  @Option(help: "The number of the first mutant.") var first = 0
  @Option(help: "One kind only: \(FileKind.allCases.map(\.rawValue).joined(separator: ", ")).") var kind: FileKind?
  @Flag(help: "Print JSON.") var json = false
  @Option(help: ArgumentHelp("Print this mutant instead, of --kind.", valueName: "number")) var write: Int?
  @Flag(help: .hidden) var read = false
  @Argument(help: "The folder Tests of the checkout.") var tests = "Tests"

  func validate() throws {
    guard count >= 0, first >= 0, write ?? 0 >= 0 else { throw ValidationError("Numbers are not negative.") }
    if write != nil || read, kind == nil { throw ValidationError("Name a --kind.") }
  }

  func run() throws {
    let folder = URL(fileURLWithPath: tests)
    let numbers = first..<first + count
    if let kind, let write {
      let seeds = try Seeds(of: kind, in: folder)
      return FileHandle.standardOutput.write(
        Data(Mutator.mutant(write, of: kind, seeds: seeds, seed: seed)))
    }
    if let kind, read { return try Batch(kind: kind, numbers: numbers, seed: seed, tests: folder).read() }
    var reports: [Report] = []
    for kind in kind.map({ [$0] }) ?? FileKind.allCases {
      let trials = try stride(from: first, to: first + count, by: Self.batchSize).flatMap { start in
        try Batch(
          kind: kind, numbers: start..<min(start + Self.batchSize, numbers.upperBound), seed: seed, tests: folder
        ).trials()
      }
      let report = Report(kind: kind, trials: trials)
      if !json { print(report.text) }
      reports.append(report)
    }
    if json { print(JSONValue.array(reports.map(\.json)).serialized(.pretty)) }
    if reports.contains(where: { !$0.failures.isEmpty }) { throw ExitCode(1) }
  }

  /// A process gives back what its readers keep.
  private static let batchSize = 1000
}
