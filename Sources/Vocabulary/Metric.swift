/// A quantity that a sample yields and a promotion rule may name.
///
/// The one table of units and directions: help texts, documents and the export read it.
public enum Metric: String, Sendable, CaseIterable, CustomStringConvertible {
  case cumulativeTokensPerSecond = "cumulative_tokens_per_second"
  case decodeTokensPerSecond = "decode_tokens_per_second"
  case prefillTokensPerSecond = "prefill_tokens_per_second"
  case firstTokenLatency = "first_token_latency_ms"
  case interTokenP95 = "inter_token_p95_ms"
  case peakMemory = "peak_memory_bytes"
  case accuracy = "accuracy"
  case flips = "answer_flips"
  case validToolCallRate = "valid_tool_call_rate"
  case answeredShare = "answered_share"
  case firstDegradedRound = "first_degraded_round"
  case turnLatencyP50 = "turn_latency_p50_ms"
  case turnLatencyP95 = "turn_latency_p95_ms"
  case turnFirstToken = "turn_first_token_ms"
  case loopTokensPerSecond = "loop_tokens_per_second"
  case cachedPrefixTokens = "cached_prefix_tokens"
  case perplexity = "perplexity"
  case divergence = "kl_divergence_nats"

  /// Which way is better.
  public enum Direction: String, Sendable {
    case higher
    case lower
  }

  /// How two models' values are compared.
  public enum Comparison: String, Sendable {
    /// By the ratio candidate ÷ resident of paired samples.
    case ratio
    /// By the difference candidate - resident of shares over the same items.
    case difference
    /// By one figure of each model that decides as it is, like the round in which a loop first goes wrong.
    case bound
    /// By the share of items itself.
    case share
    /// By the mean difference candidate - resident over the same tokens, in nats.
    case nats
  }

  public var description: String { rawValue }

  public var direction: Direction {
    switch self {
    case .cumulativeTokensPerSecond, .decodeTokensPerSecond, .prefillTokensPerSecond, .accuracy, .validToolCallRate,
      .answeredShare, .firstDegradedRound, .loopTokensPerSecond, .cachedPrefixTokens:
      .higher
    case .firstTokenLatency, .interTokenP95, .peakMemory, .flips, .perplexity, .divergence, .turnLatencyP50,
      .turnLatencyP95, .turnFirstToken:
      .lower
    }
  }

  public var comparison: Comparison {
    switch self {
    case .accuracy, .validToolCallRate, .answeredShare: .difference
    case .firstDegradedRound: .bound
    case .flips: .share
    case .perplexity, .divergence: .nats
    default: .ratio
    }
  }

  /// The unit of a value.
  public var unit: String {
    switch self {
    case .cumulativeTokensPerSecond, .decodeTokensPerSecond, .prefillTokensPerSecond, .loopTokensPerSecond:
      "tokens/s"
    case .firstTokenLatency, .interTokenP95, .turnLatencyP50, .turnLatencyP95, .turnFirstToken: "ms"
    case .peakMemory: "bytes"
    case .accuracy, .flips, .validToolCallRate, .answeredShare: "share"
    case .firstDegradedRound: "round"
    // Of perplexity: the number of equally likely tokens that would be as hard to foresee.
    case .cachedPrefixTokens, .perplexity: "tokens"
    case .divergence: "nats/token"
    }
  }

  /// The name for people.
  public var title: String {
    switch self {
    case .cumulativeTokensPerSecond: "cumulative throughput"
    case .decodeTokensPerSecond: "decode rate"
    case .prefillTokensPerSecond: "prefill rate"
    case .firstTokenLatency: "time to first token"
    case .interTokenP95: "inter-token p95"
    case .peakMemory: "peak memory"
    case .accuracy: "accuracy"
    case .flips: "answer flips"
    case .validToolCallRate: "valid tool calls"
    case .answeredShare: "answered share"
    case .firstDegradedRound: "first degraded round"
    case .turnLatencyP50: "turn latency p50"
    case .turnLatencyP95: "turn latency p95"
    case .turnFirstToken: "time to first token a turn"
    case .loopTokensPerSecond: "effective rate of the loop"
    case .cachedPrefixTokens: "cached prefix a turn"
    case .perplexity: "perplexity"
    case .divergence: "KL divergence"
    }
  }

  /// What it is measured in.
  public enum Source: String, Sendable {
    case throughput = "throughput cell"
    case accuracy = "accuracy task"
    case perplexity = "perplexity task"
    case divergence = "divergence task"
    /// A tool loop with scripted turns.
    case replay = "replay loop"
    /// A tool loop with the model's own turns.
    case live = "live loop"
  }

  /// The kinds of cell that it is measured in; peak memory also is of the whole run.
  public var sources: [Source] {
    switch self {
    case .accuracy, .flips: [.accuracy]
    case .answeredShare: [.accuracy, .live]
    case .perplexity: [.perplexity]
    case .divergence: [.divergence]
    case .validToolCallRate, .firstDegradedRound: [.live]
    case .turnLatencyP50, .turnLatencyP95, .turnFirstToken, .loopTokensPerSecond, .cachedPrefixTokens: [.replay]
    default: [.throughput]
    }
  }

  /// Whether blocks of throughput cells are what it is compared by.
  public var isOfThroughput: Bool { isOfBlocks && sources == [.throughput] && self != .peakMemory }

  /// Whether it is compared by blocks of repetitions rather than by items.
  public var isOfBlocks: Bool { comparison == .ratio }
}
