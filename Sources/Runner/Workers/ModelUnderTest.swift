import Checkpoint
import Crypto
import Envelopes
import Foundation
import Measurements
import Platform
import WorkerProtocol

/// One contender with its prompts and its worker, which is replaced when it dies and, by rounds, before each round.
actor ModelUnderTest {
  nonisolated let contender: MeasurementPlan.Contender
  let plan: MeasurementPlan
  let references: References
  private let executables: ExecutableHashes
  private(set) var worker: ModelWorker?
  private var prompts: [CellID: [Int32]] = [:]
  /// Of the worker.
  private var index = DocumentIndex()
  /// By rounds anew for each: a worker that dies again at once would be restarted for ever.
  private var restartsLeft = 0
  /// The state of the model's files before they were loaded first. It is never renewed: later workers must have loaded the
  /// same.
  private var stamp: FolderStamp?
  /// The SHA-256 of the files that were loaded first, by name; empty where no worker has named them.
  private var hashes: [String: String] = [:]
  /// What was predicted before the first worker was loaded: later ones have the same.
  private lazy var prediction = plan.prediction(of: contender)
  /// Why the last worker ended; taken by `takeFailure`.
  private var failure: WorkerFailure?
  /// What is worked on in slices, or nil.
  var slicedRequest: SlicedRequest?
  /// Why the last request was timed in another state of the prompt cache than declared; taken by `takeCacheProblem`.
  private var cacheProblem: String?
  /// The tokens of the last turn's prompt and answer, which the next one may find in the cache.
  var keptTurn: [Int32] = []

  init(
    _ contender: MeasurementPlan.Contender, plan: MeasurementPlan, references: References, executables: ExecutableHashes
  ) {
    self.contender = contender
    self.references = references
    self.executables = executables
    self.plan = plan
  }

  /// The tokens of a prompt that the engine processes at once; nil if it cannot make requests in slices, or if there is no
  /// worker.
  var prefillChunk: Int? { worker?.loaded.prefillChunk }

  /// Whether there is a worker that scores many items in one request.
  var takesBatches: Bool { worker?.loaded.takesBatches ?? false }

  /// Starts the worker and returns the run to record.
  ///
  /// - Throws: `.notLoaded`.
  func start() async throws(RunnerError) -> Run {
    restartsLeft = 3
    return try await load()
  }

  private func load() async throws(RunnerError) -> Run {
    // Before loading: a file that is replaced meanwhile must not pass for the one that was loaded.
    if stamp == nil { stamp = FolderStamp(of: contender.folder) }
    let prediction = prediction
    do throws(WorkerFailure) {
      let worker = try await plan.startWorker(
        contender.folder, contextLength: plan.contextLength, sequences: plan.sequences)
      self.worker = worker
      keptTurn = []
      index = DocumentIndex()
      if hashes.isEmpty { hashes = worker.loaded.provenance.fileHashes }
      var run = Run(
        model: contender.model, side: plan.contenders.count == 2 ? contender.side : nil,
        provenance: worker.loaded.provenance, engine: worker.loaded.engine, load: worker.loaded.load,
        description: worker.loaded.description, proof: worker.loaded.proof,
        conditions: WorkerConditions(
          of: worker, isOverridden: plan.command.isOverridden, executables: executables))
      run.prediction = prediction
      return run
    } catch {
      throw .notLoaded(contender.model, error)
    }
  }

  /// Whether a fresh worker may take the place of one that ended.
  var needsRestart: Bool { worker == nil && restartsLeft > 0 }

  func restart() async throws(RunnerError) -> Run {
    restartsLeft -= 1
    return try await load()
  }

  func close() async {
    await worker?.close()
    worker = nil
  }

  /// The model's files that changed since they were loaded, as far as the file system tells.
  var replacedFiles: [String] { stamp.map { FolderStamp(of: contender.folder).changes(since: $0) } ?? [] }

  /// The model's files that changed since they were loaded, by their bytes if the file system tells of no change.
  ///
  /// - Complexity: O(*n*) in the files' bytes: it is for a worker that died, before its model is blamed for that.
  var changedFiles: [String] {
    let replaced = replacedFiles
    guard replaced.isEmpty else { return replaced }
    return hashes.filter { name, hash in
      let file = contender.folder.appendingPathComponent(name)
      return (try? SHA256.hexadecimal(ofFileAt: file)) != hash
    }.keys.sorted()
  }

  /// The state of the model's files when they were loaded, for the record of a failure.
  var stampDigest: String? { stamp?.digest }

  /// Why the last worker ended, once.
  func takeFailure() -> WorkerFailure? {
    defer { failure = nil }
    return failure
  }

  /// What was wrong with the state of the prompt cache, once.
  func takeCacheProblem() -> String? {
    defer { cacheProblem = nil }
    return cacheProblem
  }

  /// Notes a state of the prompt cache that is not the declared one: what was timed in it must not count.
  func note(cacheProblem problem: String?) {
    guard let problem else { return }
    cacheProblem =
      cacheProblem ?? "the \(contender.side.rawValue)'s request was in another state than declared: \(problem)"
  }

  /// Measures one repetition of a throughput cell.
  func measure(_ cell: ThroughputCell, block: Int, repetition: Int) async -> Sample {
    await sample(Sample.Place(cell: cell.id, block: block, repetition: repetition)) { worker throws(WorkerFailure) in
      let request = try await self.request(of: cell, worker)
      let start = Machine.monotonicNanoseconds
      let reply = try await worker.generate(request)
      let elapsed = Int64(Machine.monotonicNanoseconds - start)
      let reading = ThroughputReading(
        promptTokens: try reply.value("prompt_tokens", \.integer),
        cachedTokens: try reply.value("cached_tokens", \.integer),
        tokenNanoseconds: try reply.value("token_ns") { $0.array?.compactMap { $0.integer.map(Int64.init) } },
        sequences: reply.result["sequences"]?.integer ?? 1)
      guard reading.isOf(cell) else { throw .notAWorker("a reading that is not of the cell \(cell.id)") }
      try reading.check(elapsed: elapsed)
      self.note(
        cacheProblem: cell.cacheProblem(found: reading.cachedTokens, shared: worker.loaded.sharedPrefixTokens))
      return .throughput(reading)
    }
  }

  /// Asks one item.
  func ask(_ item: AccuracyTask.Item, of task: AccuracyTask) async -> Sample {
    await sample(Sample.Place(cell: task.id, block: 0, repetition: 0, item: item.id)) { worker throws(WorkerFailure) in
      try await self.asker(of: task).ask(item, worker)
    }
  }

  func asker(of task: AccuracyTask) -> ItemAsker {
    ItemAsker(task: task, sampling: plan.envelope.sampling, references: references, index: index)
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
        outcome = await end(worker, after: error)
      }
      peak = await worker.peakMemoryBytes
    } else {
      outcome = noWorker
    }
    return Sample(
      place: place, startedAt: startedAt, elapsedNanoseconds: Int64(Machine.monotonicNanoseconds - start),
      peakMemoryBytes: Int64(peak), loadAverage: load, outcome: outcome)
  }

  /// What a request is without a worker.
  var noWorker: Sample.Outcome {
    .unscored(.failed, message: "the worker of \(contender.model) ended and could not be started again")
  }

  /// What a request is that ended like this; a worker that cannot be asked again is closed.
  func end(_ worker: ModelWorker, after error: WorkerFailure) async -> Sample.Outcome {
    if error.endsWorker {
      failure = error
      await worker.close()
      self.worker = nil
    }
    return .unscored(status(of: error), message: error.description)
  }

  /// A crash under a memory limit counts as caused by the limit: a full address space shows as a crash.
  private func status(of failure: WorkerFailure) -> CellStatus {
    guard plan.memoryLimit != nil, case .died(.signalled(let signal), _) = failure, signal != SIGKILL else {
      return failure.cellStatus
    }
    return .capacityGated
  }

  /// The request of a throughput cell, whole or in slices, with the engine's cache in the declared state.
  func request(of cell: ThroughputCell, _ worker: ModelWorker) async throws(WorkerFailure) -> GenerateOptions {
    let prompt = try await prompt(of: cell, worker)
    guard cell.cachedTokens > 0 else {
      return GenerateOptions(
        prompt: prompt, maximumTokens: cell.decodeTokens, sequences: cell.concurrency, mayVaryPrompt: true)
    }
    // No cache has more of a prompt that begins as none before it than what is put there now.
    var words = FreshWords()
    let lead = try await words.prompt(of: min(16, cell.cachedTokens), for: worker)
    let begun = Array((lead + prompt).prefix(cell.promptTokens))
    _ = try await worker.generate(GenerateOptions(prompt: Array(begun.prefix(cell.cachedTokens)), maximumTokens: 1))
    return GenerateOptions(prompt: begun, maximumTokens: cell.decodeTokens, reusesPrefix: true)
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

extension Provenance {
  /// The SHA-256 of each file of the folder, by name; none where nothing was hashed.
  fileprivate var fileHashes: [String: String] {
    guard case .hashed(_, let files, _) = self else { return [:] }
    let hashes = files.members.compactMap { member in
      member.value.string.flatMap { $0.isSHA256 && WeightManifest.isInFolder(member.name) ? (member.name, $0) : nil }
    }
    return Dictionary(hashes) { first, _ in first }
  }
}

extension ThroughputReading {
  /// Refuses a reading whose last token is later than the reply that brought it: whoever reports more time than went by
  /// reports something else than time.
  ///
  /// - Parameter elapsed: Nanoseconds from the request to the reply, by the runner's clock.
  /// - Throws: `.notAWorker`.
  func check(elapsed: Int64) throws(WorkerFailure) {
    guard let last = tokenNanoseconds.last, last > elapsed else { return }
    throw .notAWorker("a last token after \(last) ns, for which \(elapsed) ns were waited")
  }

  /// Whether the reading is possible and its lengths are those that the cell asked for.
  fileprivate func isOf(_ cell: ThroughputCell) -> Bool {
    problem == nil && promptTokens == cell.promptTokens && sequences == cell.concurrency
      && decodeTokens == cell.decodeTokens && (tokenNanoseconds.first ?? 0) > 0
  }
}

extension [ModelUnderTest] {
  /// The model of that side; nil if it is not measured.
  func first(of side: Side) -> ModelUnderTest? { first { $0.contender.side == side } }
}
