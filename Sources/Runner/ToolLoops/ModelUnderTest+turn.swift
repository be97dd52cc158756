import Envelopes
import JSON
import Measurements
import Platform
import ToolCalls
import WorkerProtocol

extension ModelUnderTest {
  /// The judge of a live loop's turns; nil for a replay, and if no parser is known.
  func judge(of cell: ToolLoopCell) async -> CallJudge? {
    guard cell.mode == .live, let parser = parser(of: cell) else { return nil }
    return CallJudge(parser: parser, tools: cell.trace.tools.tools)
  }

  /// Measures one turn: the conversation is made into a prompt, and the model goes on from there.
  func turn(_ pass: LoopPass, _ round: Int, _ turns: [ChatTurn], _ judge: CallJudge?) async -> Sample {
    let cell = pass.cell
    return await sample(pass.place(round)) { worker throws(WorkerFailure) in
      if let reason = self.reasonAgainst(cell, worker.loaded.chat) { return .unscored(.notApplicable, message: reason) }
      let tools = cell.announcement == .template ? cell.trace.tools.tools.map(\.json) : nil
      let prompt = try await worker.tokens(ofConversation: turns, tools: tools, thinking: cell.thinking)
      let needed = prompt.count + cell.maximumTokens
      if let limit = worker.loaded.contextLength, needed > limit {
        let reason = "round \(round) needs \(needed) tokens, the model has room for \(limit)"
        return .unscored(.notApplicable, message: reason)
      }
      let sampling = self.plan.envelope.sampling
      let start = Machine.monotonicNanoseconds
      let reply = try await worker.generate(
        GenerateOptions(
          prompt: prompt, maximumTokens: cell.maximumTokens, stopsAtEnd: cell.mode == .live,
          // The first turn starts from nothing, or it would find what another loop left behind.
          reusesPrefix: cell.reusesPrefix && round > 1, temperature: sampling.temperature, topP: sampling.topP,
          seed: sampling.seed, maximumSeconds: cell.maximumSeconds, keepsSpecialTokens: true,
          streamsText: judge != nil))
      let elapsed = Int64(Machine.monotonicNanoseconds - start)
      let times = try TurnTimes.read(reply, promptTokens: prompt.count)
      try times.check(elapsed: elapsed)
      self.noteCache(of: times, prompt, isFirst: round == 1 || !cell.reusesPrefix, worker)
      self.keep(prompt + (reply.result["tokens"]?.tokens ?? []))
      guard let judge else {
        guard times.decodeTokens == cell.maximumTokens else {
          let limit = "the limit of \(cell.maximumSeconds) s came after \(times.decodeTokens) tokens"
          return .unscored(.aborted, message: "round \(round): \(limit)")
        }
        return .turn(TurnReading(times: times))
      }
      let expected = cell.trace.rounds[round - 1].calls
      return .turn(TurnReading(times: times, judgement: try TurnTimes.judgement(reply, judge, expected)))
    }
  }

  /// Notes a turn that found more in the cache than it may: nothing at the beginning, and later no more than what it has in
  /// common with the turn before.
  private func noteCache(of times: ThroughputReading, _ prompt: [Int32], isFirst: Bool, _ worker: ModelWorker) {
    let shared = worker.loaded.sharedPrefixTokens
    let common = zip(prompt, keptTurn).prefix { $0 == $1 }.count
    let most = isFirst ? shared : max(common, shared)
    guard times.cachedTokens > most else { return }
    let allowed = isFirst ? "it has to be cold" : "it has \(most) in common with the turn before"
    note(
      cacheProblem: "\(times.cachedTokens) of \(prompt.count) prompt tokens were in the engine's cache, and \(allowed)")
  }

  private func keep(_ tokens: [Int32]) { keptTurn = tokens }

  private func parser(of cell: ToolLoopCell) -> CallParser? {
    plan.parser ?? (cell.announcement == .systemPrompt ? .jsonTools : worker?.loaded.chat.parser)
  }

  /// Why a cell does not apply to this model, or nil.
  private func reasonAgainst(_ cell: ToolLoopCell, _ chat: ChatAbilities) -> String? {
    if cell.announcement == .template, !chat.takesTools {
      return "the chat template knows no tools, and the cell announces them by the template"
    }
    if cell.thinking != nil, !chat.takesThinking { return "the chat template has no switch for reasoning" }
    if cell.mode == .live, parser(of: cell) == nil {
      return "no parser is known for the calls of this chat template; choose one by --parser"
    }
    return nil
  }
}

/// Reads a worker's reply to one turn.
enum TurnTimes {
  static func read(_ reply: WorkerReply, promptTokens: Int) throws(WorkerFailure) -> ThroughputReading {
    let times = ThroughputReading(
      promptTokens: try reply.value("prompt_tokens", \.integer),
      cachedTokens: try reply.value("cached_tokens", \.integer),
      tokenNanoseconds: try reply.value("token_ns") { $0.array?.compactMap { $0.integer.map(Int64.init) } })
    guard times.problem == nil, times.promptTokens == promptTokens, times.tokenNanoseconds.first ?? 1 > 0
    else { throw .notAWorker("a reading that is not of the turn's prompt") }
    return times
  }

  static func judgement(
    _ reply: WorkerReply, _ judge: CallJudge, _ expected: [ExpectedCall]
  ) throws(WorkerFailure) -> TurnJudgement {
    let whole = try reply.textPieces()
    let pieces = whole.limited(to: TurnJudgement.textLimit)
    let isCutOff = try reply.value("finish", \.string) != "stop" || pieces != whole
    let judged = judge.judge(pieces, isCutOff: isCutOff, expected: expected)
    let text = String(decoding: pieces.joined(), as: UTF8.self)
    return TurnJudgement(
      parser: judge.parser.rawValue, failures: judged.failures.map(\.rawValue), detail: judged.detail,
      isAnswered: judged.isAnswered, text: text)
  }
}

extension [[UInt8]] {
  /// The first bytes of all pieces together, in the same pieces.
  fileprivate func limited(to limit: Int) -> [[UInt8]] {
    var left = limit
    var limited: [[UInt8]] = []
    for piece in self where left > 0 {
      limited.append([UInt8](piece.prefix(left)))
      left -= piece.count
    }
    return limited
  }
}
