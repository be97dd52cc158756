import ArgumentParser
import Envelopes
import Fit
import Foundation
import Measurements
import ModelRegistry
import Runner
import ToolCalls

/// The options that `run` and `compare` share.
struct MeasuringOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The envelope.", valueName: "file"), completion: Completions.envelopes)
  var envelope: String

  @OptionGroup var engine: EngineOptions
  @OptionGroup var library: LibraryOption
  @OptionGroup var database: DatabaseOption

  @Option(help: "Threads that a worker computes with. Default: one per physical core.")
  var threads: Int?

  @Option(help: "Whether the machine does anything else meanwhile: isolated or under-load.")
  var environment: EnvironmentClass = .isolated

  @Option(
    help: ArgumentHelp(
      "How tool calls of live loops are parsed: \(CallParser.allCases.map(\.rawValue).joined(separator: ", ")). "
        + "Default: as the chat template says.",
      valueName: "name"))
  var parser: CallParser?

  @Option(
    help: ArgumentHelp(
      "Refuse to load models that together need more than this, judged by their files and configuration.",
      valueName: "MB"))
  var memoryBudget: Int?

  @Option(
    help: ArgumentHelp(
      "End a worker whose address space grows beyond this (Linux); its cell becomes capacity_gated.", valueName: "MB"))
  var memoryLimit: Int?

  @OptionGroup var lock: LockOption
  @OptionGroup var quiet: QuietOption

  @Flag(help: "Go on with the latest interrupted session of these models and this envelope.")
  var resume = false

  @Flag(help: "Print one JSON object at the end instead of text.")
  var json = false

  func validate() throws {
    for megabytes in [memoryBudget, memoryLimit].compactMap(\.self) where !(1...1 << 40).contains(megabytes) {
      throw ValidationError("--memory-budget and --memory-limit must be positive numbers of megabytes.")
    }
    if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads must be from 1 to 1024.") }
  }

  /// What is measured, of which models and how.
  ///
  /// - Throws: `ValidationError` or the engine's error if its worker can't be started; the library's if a model is missing.
  func plan(
    _ contenders: [MeasurementPlan.Contender], role: Role?, envelope: Envelope,
    registry: URL = RegistryOption.url(override: nil)
  ) throws -> MeasurementPlan {
    var references: [ModelID: URL] = [:]
    for id in envelope.accuracy.compactMap(\.reference) { references[id] = try library.library.folder(of: id) }
    var plan = MeasurementPlan(
      envelope: envelope, contenders: withBases(contenders), role: role, environment: environment,
      command: try engine.command(for: contenders, registry: registry), threads: threads,
      version: Version.current, parser: parser, references: references,
      referenceCache: library.library.root.appendingPathComponent(".references"))
    plan.memoryBudget = memoryBudget.map { $0 * 1_000_000 }
    plan.memoryLimit = memoryLimit.map { $0 * 1_000_000 }
    return plan
  }

  /// Contenders with what is known of them beforehand; as they are for engines that nothing is predicted of.
  private func withBases(_ contenders: [MeasurementPlan.Contender]) -> [MeasurementPlan.Contender] {
    guard engine.engine == .native else { return contenders }
    let reached = database.reachedShares
    return contenders.map { contender in
      var contender = contender
      contender.predictionBasis = PredictionBasis(of: contender.folder, threads: threads, reached: reached)
      return contender
    }
  }
}

extension EnvironmentClass: ExpressibleByArgument {}
extension CallParser: ExpressibleByArgument {}
