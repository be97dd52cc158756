import Foundation
import Platform

/// Mutants of one kind that one process reads, so that none ends the run.
struct Batch {
  let kind: FileKind
  let numbers: Range<Int>
  let seed: UInt64
  let tests: URL

  /// Reads them in this process, and prints a line for each.
  func read() throws {
    ProcessMeter.limitData(to: Allowance.dataBytes)
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("mutants-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let seeds = try Seeds(of: kind, in: tests)
    let reader = try MutantReader(kind: kind, folder: folder, tests: tests)
    // What readers make once and keep is nobody's fault.
    for file in seeds.files.prefix(3) {
      try reader.place(file)
      _ = reader.accepts(0)
    }
    for number in numbers {
      let mutant = Mutator.mutant(number, of: kind, seeds: seeds, seed: seed)
      try reader.place(mutant)
      var trial = Trial(number: number, outcome: .refused)
      trial.fileBytes = mutant.count + reader.contextBytes(number)
      ProcessMeter.endAfter(processorSeconds: Allowance.secondsUntilStopped)
      let heldBytes = ProcessMeter.reset()
      let start = ProcessMeter.processorSeconds
      if reader.accepts(number) { trial.outcome = .accepted }
      trial.processorSeconds = ProcessMeter.processorSeconds - start
      trial.growthBytes = ProcessMeter.peakBytes - heldBytes
      FileHandle.standardOutput.write(Data(trial.line.utf8))
    }
  }

  /// Reads them in processes of this program, a new one after each that ends early.
  ///
  /// - Throws: If none can be started.
  func trials() throws -> [Trial] {
    var trials: [Trial] = []
    var environment = ProcessInfo.processInfo.environment
    environment["SWIFT_BACKTRACE"] = "enable=no"
    while numbers.lowerBound + trials.count < numbers.upperBound {
      let first = numbers.lowerBound + trials.count
      let output = try ProgramOutput(
        running: Self.program,
        [
          "--kind", kind.rawValue, "--first", "\(first)", "--count", "\(numbers.upperBound - first)", "--seed",
          "\(seed)", "--read", tests.path,
        ], environment: environment)
      trials += String(decoding: output.bytes, as: UTF8.self).split(separator: "\n").compactMap(Trial.init(line:))
      let next = numbers.lowerBound + trials.count
      if next < numbers.upperBound { trials.append(Trial(number: next, outcome: .ended(Self.reason(output)))) }
    }
    return trials
  }

  private static func reason(_ output: ProgramOutput) -> String {
    if output.exit == .signalled(SIGPROF) {
      return "was not done after \(Int(Allowance.secondsUntilStopped)) s of processor time"
    }
    let words = output.errorText?.split(separator: "\n").last.map { ": \($0.prefix(300))" } ?? ""
    return "\(output.exit)\(words)"
  }

  private static var program: URL {
    URL(fileURLWithPath: Bundle.main.executablePath ?? CommandLine.arguments[0])
  }
}
