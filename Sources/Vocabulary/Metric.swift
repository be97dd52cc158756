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
    /// By the share of items itself.
    case share
    /// By the mean difference candidate - resident over the same tokens, in nats.
    case nats
  }

  public var description: String { rawValue }

  public var direction: Direction {
    switch self {
    case .cumulativeTokensPerSecond, .decodeTokensPerSecond, .prefillTokensPerSecond, .accuracy: .higher
    case .firstTokenLatency, .interTokenP95, .peakMemory, .flips, .perplexity, .divergence: .lower
    }
  }

  public var comparison: Comparison {
    switch self {
    case .accuracy: .difference
    case .flips: .share
    case .perplexity, .divergence: .nats
    default: .ratio
    }
  }

  /// The unit of a value.
  public var unit: String {
    switch self {
    case .cumulativeTokensPerSecond, .decodeTokensPerSecond, .prefillTokensPerSecond: "tokens/s"
    case .firstTokenLatency, .interTokenP95: "ms"
    case .peakMemory: "bytes"
    case .accuracy, .flips: "share"
    // The number of equally likely tokens that would be as hard to foresee.
    case .perplexity: "tokens"
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
    case .perplexity: "perplexity"
    case .divergence: "KL divergence"
    }
  }

  /// Whether it comes from throughput cells; else from accuracy tasks.
  public var isOfThroughput: Bool { comparison == .ratio }
}
