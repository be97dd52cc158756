import Envelopes
import Fit
import Foundation
import Measurements
import ToolCalls
import WorkerProtocol

/// What a session is to measure, and with what.
public struct MeasurementPlan: Sendable {
  /// One model with the folder it is loaded from.
  public struct Contender: Sendable {
    public var side: Side
    public var model: ModelID
    public var folder: URL
    /// What a prediction of its memory and rates starts from; nil where nothing is predicted: of other engines.
    public var predictionBasis: PredictionBasis?

    public init(side: Side, model: ModelID, folder: URL, predictionBasis: PredictionBasis? = nil) {
      self.side = side
      self.model = model
      self.folder = folder
      self.predictionBasis = predictionBasis
    }
  }

  public var envelope: Envelope
  /// The resident and the candidate, or the candidate alone.
  public var contenders: [Contender]
  public var role: Role?
  public var environment: EnvironmentClass
  public var command: WorkerCommand
  public var threads: Int?
  /// Of this program, for the record.
  public var version: String
  /// Reads the calls of live loops in place of the parser that the chat template chooses.
  public var parser: CallParser?

  /// When a worker counts as hung.
  public var limits = PhaseLimits()
  /// The most bytes of memory that each worker may have, enforced by the operating system if it can; nil sets no limit.
  public var memoryLimit: Int?
  /// The bytes that all models of the session together may need; nil checks nothing.
  public var memoryBudget: Int?
  /// Whether both models may have the same weights: their comparison shows nothing but the noise of the machine.
  public var allowsSameWeights = false
  /// What else the machine does meanwhile, in the class `under-load`.
  public var load: BackgroundLoad?
  /// Keeps the challenges of all databases; nil to count those of the store alone.
  public var challenges: (any ChallengeKeeping)?
  /// The imported comparisons that count, with what was measured here, when the session is numbered and may stop.
  public var admission = ImportAdmission.none

  /// The folders of the models that the envelope's divergence tasks name.
  public var references: [ModelID: URL]
  /// The folder in which their distributions are stored.
  public var referenceCache: URL

  public init(
    envelope: Envelope, contenders: [Contender], role: Role?, environment: EnvironmentClass, command: WorkerCommand,
    threads: Int?, version: String, parser: CallParser? = nil, references: [ModelID: URL] = [:],
    referenceCache: URL = FileManager.default.temporaryDirectory.appendingPathComponent("resident-references")
  ) {
    self.envelope = envelope
    self.contenders = contenders
    self.role = role
    self.environment = environment
    self.command = command
    self.threads = threads
    self.version = version
    self.parser = parser
    self.references = references
    self.referenceCache = referenceCache
  }

  /// Whether models are loaded anew for each round.
  var isByRounds: Bool { envelope.plan.slice != nil }

  func model(of side: Side) -> ModelID? { contenders.first { $0.side == side }?.model }

  /// The most sequences that a cell has at once.
  var sequences: Int { (envelope.throughput.map(\.concurrency) + envelope.endurance.map(\.sequences)).max() ?? 1 }

  /// The longest sequence of any cell, so that no worker allocates a cache for the model's whole context.
  var contextLength: Int {
    // Items are short texts; a token is at least a byte of one, the template's own tokens aside.
    max(256, longestSequence { text, answer in text + answer + 256 })
  }

  /// How long the longest sequence probably is: memory is taken as it is used, and English has about four bytes per token.
  private var expectedTokens: Int { longestSequence { text, answer in text / 4 + answer } }

  /// - Parameter tokens: Of a text of so many bytes with an answer of so many tokens.
  private func longestSequence(_ tokens: (_ textBytes: Int, _ answerTokens: Int) -> Int) -> Int {
    let cells = envelope.throughput.map { $0.promptTokens + $0.decodeTokens }
    let items = envelope.accuracy.flatMap { task in
      task.items.map { item in
        tokens(item.prompt.utf8.count + (item.options.map(\.utf8.count).max() ?? 0), task.maximumTokens)
      }
    }
    let indexed = envelope.accuracy.flatMap(\.indexedTexts).map { tokens($0.utf8.count, 0) }
    let streams = envelope.toolLoops.map(\.longestByteCount) + envelope.endurance.map(\.longestByteCount)
    return (cells + items + indexed + streams.map { tokens($0, 0) }).max() ?? 0
  }

  /// What is predicted of a contender, to be recorded with its runs; nil where nothing is.
  func prediction(of contender: Contender) -> RunPrediction? {
    guard let basis = contender.predictionBasis else { return nil }
    return RunPrediction(
      of: contender.folder, contextLength: expectedTokens, sequences: sequences,
      cells: envelope.throughput.map {
        RunPrediction.Cell(
          id: $0.id, promptTokens: $0.promptTokens, decodeTokens: $0.decodeTokens, sequences: $0.concurrency)
      }, from: basis)
  }
}
