import Envelopes
import Foundation
import Measurements
import Platform
import WorkerProtocol

/// One contender with its prompts and its worker, which is replaced when it dies.
actor ModelUnderTest {
  nonisolated let contender: MeasurementPlan.Contender
  let plan: MeasurementPlan
  private let references: References
  private(set) var worker: ModelWorker?
  private var prompts: [CellID: [Int32]] = [:]
  /// A worker that dies again at once would be restarted for ever.
  private var restartsLeft = 3
  /// The state of the model's files when they were loaded.
  private var stamp: FolderStamp?
  /// Why the last worker ended; taken by `takeFailure`.
  private var failure: WorkerFailure?

  init(_ contender: MeasurementPlan.Contender, plan: MeasurementPlan, references: References) {
    self.contender = contender
    self.references = references
    self.plan = plan
  }

  /// Starts the worker and returns the run to record.
  ///
  /// - Throws: `.notLoaded`.
  func start() async throws(RunnerError) -> Run {
    // Before loading: a file that is replaced meanwhile must not pass for the one that was loaded.
    stamp = FolderStamp(of: contender.folder)
    do throws(WorkerFailure) {
      let worker = try await plan.startWorker(
        contender.folder, contextLength: plan.contextLength, sequences: plan.sequences)
      self.worker = worker
      return Run(
        model: contender.model, side: plan.contenders.count == 2 ? contender.side : nil,
        provenance: worker.loaded.provenance, engine: worker.loaded.engine, load: worker.loaded.load,
        description: worker.loaded.description, proof: worker.loaded.proof)
    } catch {
      throw .notLoaded(contender.model, error)
    }
  }

  /// Whether a fresh worker may take the place of one that ended.
  var needsRestart: Bool { worker == nil && restartsLeft > 0 }

  func restart() async throws(RunnerError) -> Run {
    restartsLeft -= 1
    return try await start()
  }

  func close() async {
    await worker?.close()
    worker = nil
  }

  /// The model's files that changed since they were loaded.
  var replacedFiles: [String] { stamp.map { FolderStamp(of: contender.folder).changes(since: $0) } ?? [] }

  /// The state of the model's files when they were loaded, for the record of a failure.
  var stampDigest: String? { stamp?.digest }

  /// Why the last worker ended, once.
  func takeFailure() -> WorkerFailure? {
    defer { failure = nil }
    return failure
  }

  /// Measures one repetition of a throughput cell.
  func measure(_ cell: ThroughputCell, block: Int, repetition: Int) async -> Sample {
    await sample(Sample.Place(cell: cell.id, block: block, repetition: repetition)) { worker throws(WorkerFailure) in
      let reply = try await worker.generate(
        GenerateOptions(
          prompt: try await self.prompt(of: cell, worker), maximumTokens: cell.decodeTokens,
          sequences: cell.concurrency, mayVaryPrompt: true))
      let reading = ThroughputReading(
        promptTokens: try reply.value("prompt_tokens", \.integer),
        cachedTokens: try reply.value("cached_tokens", \.integer),
        tokenNanoseconds: try reply.value("token_ns") { $0.array?.compactMap { $0.integer.map(Int64.init) } },
        sequences: reply.result["sequences"]?.integer ?? 1)
      guard reading.isOf(cell) else { throw .notAWorker("a reading that is not of the cell \(cell.id)") }
      return .throughput(reading)
    }
  }

  /// Asks one item.
  func ask(_ item: AccuracyTask.Item, of task: AccuracyTask) async -> Sample {
    await sample(Sample.Place(cell: task.id, block: 0, repetition: 0, item: item.id)) { worker throws(WorkerFailure) in
      try await ItemAsker(task: task, sampling: self.plan.envelope.sampling, references: self.references)
        .ask(item, worker)
    }
  }

  func sample(
    _ place: Sample.Place, _ body: (ModelWorker) async throws(WorkerFailure) -> Sample.Outcome
  ) async -> Sample {
    let startedAt = Date().timeIntervalSince1970
    let start = Machine.monotonicNanoseconds
    let load = Machine.loadAverage
    let outcome: Sample.Outcome
    var peak = 0
    if let worker {
      do throws(WorkerFailure) {
        outcome = try await body(worker)
      } catch {
        outcome = .unscored(status(of: error), message: error.description)
        if error.endsWorker {
          failure = error
          await worker.close()
          self.worker = nil
        }
      }
      peak = await worker.peakMemoryBytes
    } else {
      outcome = .unscored(.failed, message: "the worker of \(contender.model) ended too often to be started again")
    }
    return Sample(
      place: place, startedAt: startedAt, elapsedNanoseconds: Int64(Machine.monotonicNanoseconds - start),
      peakMemoryBytes: Int64(peak), loadAverage: load, outcome: outcome)
  }

  /// A crash under a memory limit counts as caused by the limit: a full address space shows as a crash.
  private func status(of failure: WorkerFailure) -> CellStatus {
    guard plan.memoryLimit != nil, case .died(.signalled(let signal), _) = failure, signal != SIGKILL else {
      return failure.cellStatus
    }
    return .capacityGated
  }

  /// The cell's text, repeated and cut to its length in this model's tokens.
  private func prompt(of cell: ThroughputCell, _ worker: ModelWorker) async throws(WorkerFailure) -> [Int32] {
    if let known = prompts[cell.id] { return known }
    let once = try await worker.tokens(of: cell.text)
    guard !once.isEmpty else { throw .badRequest("the text of the cell \(cell.id) has no tokens for this model") }
    let repeats = cell.promptTokens / once.count + 1
    let tokens = Array(repeatElement(once, count: repeats).joined().prefix(cell.promptTokens))
    prompts[cell.id] = tokens
    return tokens
  }
}

extension WorkerFailure {
  /// Whether the worker cannot be asked again.
  var endsWorker: Bool {
    switch self {
    case .notStarted, .notAWorker, .died, .timedOut: true
    case .badRequest, .refused, .declined: false
    }
  }

  var isHang: Bool { if case .timedOut = self { true } else { false } }

  /// How the cell of the request ended.
  var cellStatus: CellStatus {
    guard case .declined(_, let status, _) = self, let status = CellStatus(rawValue: status), status != .success else {
      return .failed
    }
    return status
  }
}

extension ThroughputReading {
  /// Whether the reading is possible and its lengths are those that the cell asked for.
  fileprivate func isOf(_ cell: ThroughputCell) -> Bool {
    problem == nil && promptTokens == cell.promptTokens && sequences == cell.concurrency
      && decodeTokens == cell.decodeTokens && (tokenNanoseconds.first ?? 0) > 0
  }
}
