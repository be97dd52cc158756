import Envelopes
import Measurements
import Platform
import WorkerProtocol

/// The contexts of a stream's steps, as far as it has come.
struct StreamContext {
  private(set) var text = ""
  private(set) var conversation: LoopConversation?
  private var turn = 0

  /// What the model is given by the next request of a step.
  enum Prompt {
    case text(String, reusesPrefix: Bool)
    case conversation([ChatTurn], tools: ToolLoopCell, isFirst: Bool)
  }

  mutating func next(_ step: StreamStep, of cell: EnduranceCell) -> Prompt {
    switch step.kind {
    case .reset(let start):
      text = start.text
      return .text(text, reusesPrefix: false)
    case .grow(let addition):
      text += addition.text
      return .text(text, reusesPrefix: true)
    case .together(let prompt, _), .cancel(let prompt, _): return .text(prompt.text, reusesPrefix: false)
    case .loop(let trace, let announcement):
      var conversation =
        turn == 0
        ? LoopConversation(
          ToolLoopCell(
            id: cell.id, trace: trace, mode: .replay, announcement: announcement, maximumTokens: step.decodeTokens))
        : self.conversation
      turn += 1
      conversation?.begin(turn)
      let turns = conversation?.turns ?? []
      let isFirst = turn == 1
      let loop = conversation?.cell
      conversation?.endAsScripted(turn)
      self.conversation = conversation
      if turn == trace.rounds.count { turn = 0 }
      guard let loop else { return .text(text, reusesPrefix: false) }
      return .conversation(turns, tools: loop, isFirst: isFirst)
    }
  }
}

extension ModelUnderTest {
  /// Makes one request of a stream, and reads what is held after it.
  func request(
    _ step: StreamStep, _ prompt: StreamContext.Prompt, at place: Sample.Place
  ) async -> Sample {
    var sample = await sample(place) { worker throws(WorkerFailure) in
      var options = try await self.options(step, prompt, worker)
      let start = Machine.monotonicNanoseconds
      if case .cancel(_, let seconds) = step.kind { options.maximumSeconds = seconds }
      let reply = try await worker.generate(options)
      let elapsed = Int64(Machine.monotonicNanoseconds - start)
      var times = try TurnTimes.read(reply, promptTokens: options.prompt.count)
      times.sequences = options.sequences
      try times.check(elapsed: elapsed)
      guard times.decodeTokens == options.maximumTokens else {
        return .unscored(.aborted, message: "ended after \(times.decodeTokens) of \(options.maximumTokens) tokens")
      }
      return .turn(TurnReading(times: times))
    }
    sample.memory = await memory()
    return sample
  }

  private func options(
    _ step: StreamStep, _ prompt: StreamContext.Prompt, _ worker: ModelWorker
  ) async throws(WorkerFailure) -> GenerateOptions {
    let sampling = plan.envelope.sampling
    var options: GenerateOptions
    switch prompt {
    case .text(let text, let reusesPrefix):
      options = GenerateOptions(
        prompt: try await worker.tokens(of: text), maximumTokens: step.decodeTokens, reusesPrefix: reusesPrefix)
    case .conversation(let turns, let loop, let isFirst):
      let tools = loop.announcement == .template ? loop.trace.tools.tools.map(\.json) : nil
      options = GenerateOptions(
        prompt: try await worker.tokens(ofConversation: turns, tools: tools, thinking: nil),
        maximumTokens: step.decodeTokens, reusesPrefix: !isFirst, keepsSpecialTokens: true)
    }
    if case .together(_, let sequences) = step.kind {
      options.sequences = sequences
    } else {
      (options.temperature, options.topP, options.seed) = (sampling.temperature, sampling.topP, sampling.seed)
    }
    return options
  }

  /// What the worker, what it started and the host hold right now; nil without a worker.
  private func memory() async -> MemoryReading? {
    guard let worker, let own = ProcessMemory.ofTree(worker.process.processIdentifier) else { return nil }
    let told = await worker.engineMemory()
    return MemoryReading(
      footprintBytes: told?.footprintBytes ?? Int64(own.footprintBytes),
      // Of a server that somebody else started, the processes here say nothing.
      swappedBytes: told?.footprintBytes == nil ? own.swappedBytes.map(Int64.init) : told?.swappedBytes,
      wiredBytes: told?.footprintBytes == nil ? own.wiredBytes.map(Int64.init) : nil,
      hostSwapBytes: Int64(max(0, Machine.swapByteCount)), hostPressure: Machine.memoryPressure,
      engineActiveBytes: told?.activeBytes, engineCacheBytes: told?.cacheBytes, engineBuffers: told?.buffers)
  }
}
