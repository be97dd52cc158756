import Envelopes
import Measurements
import Platform
import WorkerProtocol

/// A request that a worker makes slice by slice, as far as it has come.
///
/// Its times are the model's own: what passes between two of its slices, while the other model works, is in none of them.
struct SlicedRequest: Sendable {
  let cell: ThroughputCell
  let startedAt = Machine.wallSeconds
  let loadAverage = Machine.loadAverage
  /// Wall-clock nanoseconds of all slices, by the runner's clock.
  private(set) var elapsedNanoseconds: Int64 = 0
  /// The most bytes that the worker had held after the latest slice.
  var peakMemoryBytes = 0
  /// Why it went no further; nil if nothing stopped it.
  var failure: Sample.Outcome?
  private var slices: [Slice] = []
  private var tokenNanoseconds: [Int64] = []
  /// Of all slices, by the worker's clock.
  private var nanoseconds: Int64 = 0
  private var promptTokensLeft: Int

  init(_ cell: ThroughputCell) {
    self.cell = cell
    promptTokensLeft = cell.promptTokens - cell.cachedTokens
  }

  /// A request for a slice.
  struct Step: Sendable, Equatable {
    let phase: Slice.Phase
    let tokens: Int
  }

  /// What is next; nil if nothing is.
  func next(_ sizes: SliceSizes) -> Step? {
    guard failure == nil else { return nil }
    if promptTokensLeft > 0 { return Step(phase: .prefill, tokens: min(sizes.prefill, promptTokensLeft)) }
    let left = cell.decodeTokens - tokenNanoseconds.count
    return left > 0 ? Step(phase: .decode, tokens: min(sizes.decode, left)) : nil
  }

  /// What was measured.
  var outcome: Sample.Outcome {
    failure
      ?? .throughput(
        ThroughputReading(
          promptTokens: cell.promptTokens, cachedTokens: cell.cachedTokens, tokenNanoseconds: tokenNanoseconds,
          sequences: cell.concurrency, slices: slices))
  }

  /// Checks the answer to `begin`: both models start from the declared state, or their slices would be of other tokens.
  ///
  /// - Returns: What is wrong with the state of the prompt cache, which ends the request; nil if it is the declared one.
  /// - Throws: `.notAWorker`.
  mutating func check(_ reply: WorkerReply) throws(WorkerFailure) -> String? {
    guard try reply.value("prompt_tokens", \.integer) == cell.promptTokens else {
      throw .notAWorker("a request in slices that does not begin with the whole prompt of \(cell.id)")
    }
    let problem = cell.cacheProblem(found: try reply.value("cached_tokens", \.integer), shared: 0)
    if let problem { failure = .unscored(.aborted, message: problem) }
    return problem
  }

  /// Takes the answer to a step.
  ///
  /// - Parameter elapsed: Nanoseconds from the request to the answer, by the runner's clock.
  /// - Throws: `.notAWorker` if the slice is not the one that was asked for, or took longer than was waited for it.
  mutating func take(_ reply: WorkerReply, for step: Step, elapsed: Int64) throws(WorkerFailure) {
    let nanoseconds = Int64(try reply.value("elapsed_ns", \.integer))
    guard (1...max(elapsed, 1)).contains(nanoseconds) else {
      throw .notAWorker("a slice of \(nanoseconds) ns, for which \(elapsed) ns were waited")
    }
    let times = try reply.value("token_ns") { value -> [Int64]? in
      let times = value.array?.compactMap { $0.integer.map(Int64.init) }
      return times?.count == value.array?.count ? times : nil
    }
    let isAscending = zip(times, times.dropFirst()).allSatisfy { $0 <= $1 }
    guard isAscending, times.allSatisfy({ (1...nanoseconds).contains($0) }) else {
      throw .notAWorker("a slice with a token outside its time")
    }
    let isPrompt = step.phase == .prefill
    // The end of the prompt yields the first token.
    let expectedTokens = isPrompt ? (step.tokens == promptTokensLeft ? 1 : 0) : step.tokens
    guard try reply.value("phase", \.string) == step.phase.rawValue,
      try reply.value("processed", \.integer) == step.tokens, times.count == expectedTokens
    else { throw .notAWorker("another slice than \(step.tokens) tokens of \(step.phase.rawValue)") }
    tokenNanoseconds += times.map { self.nanoseconds + $0 }
    if isPrompt { promptTokensLeft -= step.tokens }
    self.nanoseconds += nanoseconds
    elapsedNanoseconds += elapsed
    slices.append(
      Slice(
        phase: step.phase, tokens: step.tokens, nanoseconds: nanoseconds,
        processorNanoseconds: try Self.count("processor_ns", of: reply).map(Int64.init),
        involuntarySwitches: try Self.count("involuntary_switches", of: reply)))
    let isFinished = promptTokensLeft == 0 && tokenNanoseconds.count == cell.decodeTokens
    guard try reply.value("finished", \.bool) == isFinished else {
      throw .notAWorker("a request of \(cell.id) that ends elsewhere than after its last token")
    }
  }

  /// Nil if the engine does not report it.
  private static func count(_ name: String, of reply: WorkerReply) throws(WorkerFailure) -> Int? {
    guard let value = reply.result[name], value != .null else { return nil }
    return try reply.value(name) { $0.integer.flatMap { $0 >= 0 ? $0 : nil } }
  }
}
