import Envelopes
import Measurements
import WorkerProtocol

extension MeasurementRunner {
  /// Makes sure that what is timed is work: an engine that keeps prompts says so, or was said to.
  ///
  /// - Throws: `RunnerError.silentCache`, `.timedRequestsAreKept`, `.unprovenTurns`.
  func checkPromptCache(_ models: [ModelUnderTest]) async throws {
    guard let promptTokens = plan.envelope.longestTimedPrompt else { return }
    for model in models {
      report(.checkingCache(model.contender.side))
      try await model.checkPromptCache(promptTokens: promptTokens)
    }
  }
}

extension ModelUnderTest {
  /// A worker that fails meanwhile is left to the measurements, which say how it failed.
  ///
  /// - Throws: As `MeasurementRunner.checkPromptCache(_:)`.
  fileprivate func checkPromptCache(promptTokens: Int) async throws(RunnerError) {
    guard let worker, worker.loaded.embedding == nil else { return }
    var probe = PromptCacheProbe(worker, promptTokens: promptTokens)
    let finding: PromptCacheFinding
    let kept: CacheTiming?
    do throws(WorkerFailure) {
      finding = try await probe.finding()
      kept = finding == .none ? nil : try await probe.timedRequestsAreKept()
    } catch {
      _ = await end(worker, after: error)
      return
    }
    if case .silent(let timing) = finding {
      guard worker.loaded.keepsPrompts else {
        throw .silentCache(contender.model, timing, promptTokens: probe.promptTokens)
      }
      guard plan.envelope.timedTurns.isEmpty else { throw .unprovenTurns(contender.model, plan.envelope.timedTurns) }
    }
    if let kept { throw .timedRequestsAreKept(contender.model, kept, promptTokens: probe.promptTokens) }
  }
}

extension Envelope {
  /// Of the cells whose requests are timed; nil if there are none.
  fileprivate var longestTimedPrompt: Int? {
    (throughput.map(\.promptTokens) + (timedTurns + endurance.map(\.id)).map { _ in PromptCacheProbe.longestPrompt })
      .max()
  }

  /// The cells whose turns reuse what the engine has kept, so that it has to say how much that was.
  fileprivate var timedTurns: [CellID] { toolLoops.filter { $0.mode == .replay }.map(\.id) }
}

extension ThroughputCell {
  /// What is wrong with the state of the prompt cache that a request found; nil if it is the declared one.
  ///
  /// - Parameter shared: The tokens that the engine puts before every prompt, which a cold request may find.
  func cacheProblem(found: Int, shared: Int) -> String? {
    let expected = cachedTokens == 0 ? 0...shared : cachedTokens...cachedTokens
    guard !expected.contains(found) else { return nil }
    return "\(found) of \(promptTokens) prompt tokens were in the engine's cache, the cell declares \(cachedTokens)"
  }
}
