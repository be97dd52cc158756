/// Some consecutive tokens of a request, worked on between two turns of the other model.
public struct Slice: Sendable, Equatable {
  /// What the tokens were of. A request's prompt comes first, in slices of its own.
  public enum Phase: String, Sendable, CaseIterable {
    case prefill
    case decode
  }

  public var phase: Phase
  /// Of each sequence.
  public var tokens: Int
  /// Wall-clock nanoseconds by the worker's monotonic clock, from the first of the tokens to the end of the last.
  public var nanoseconds: Int64
  /// Processor time of all of the worker's threads; nil if the engine does not report it.
  public var processorNanoseconds: Int64?
  /// How often another program took the processor from a thread of the worker; nil if the engine does not report it.
  public var involuntarySwitches: Int?

  public init(
    phase: Phase, tokens: Int, nanoseconds: Int64, processorNanoseconds: Int64? = nil, involuntarySwitches: Int? = nil
  ) {
    self.phase = phase
    self.tokens = tokens
    self.nanoseconds = nanoseconds
    self.processorNanoseconds = processorNanoseconds
    self.involuntarySwitches = involuntarySwitches
  }
}

extension ThroughputReading {
  /// What about the slices does not fit the reading; nil if they do, or if there are none.
  var sliceProblem: String? {
    guard !slices.isEmpty else { return nil }
    guard slices.allSatisfy({ $0.tokens > 0 && $0.nanoseconds > 0 }) else {
      return "has a slice without tokens or time"
    }
    guard slices.allSatisfy({ ($0.processorNanoseconds ?? 0) >= 0 && ($0.involuntarySwitches ?? 0) >= 0 }) else {
      return "has a slice with a negative count"
    }
    let prompt = slices.prefix { $0.phase == .prefill }
    guard slices.dropFirst(prompt.count).allSatisfy({ $0.phase == .decode }) else {
      return "has a prompt after its answer"
    }
    var (processed, decoded, time) = (0, 0, Int64(0))
    for slice in slices {
      let (sum, overflow) = time.addingReportingOverflow(slice.nanoseconds)
      guard !overflow, slice.tokens <= tokenCountLimit - processed - decoded else { return "has an impossible slice" }
      time = sum
      if slice.phase == .prefill { processed += slice.tokens } else { decoded += slice.tokens }
    }
    // The prompt's end yields the first token.
    guard processed == promptTokens - cachedTokens, decoded == decodeTokens - 1 else {
      return "has slices of other tokens"
    }
    return tokenNanoseconds.last ?? 0 <= time ? nil : "has tokens after its last slice"
  }
}
