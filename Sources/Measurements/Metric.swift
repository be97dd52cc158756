/// A quantity that a sample or a load yields; promotion rules name those that are ``scored``.
///
/// The one table of units and directions: help texts, documents and the export read it.
public enum Metric: String, Sendable, CaseIterable, CustomStringConvertible {
  case cumulativeTokensPerSecond = "cumulative_tokens_per_second"
  case decodeTokensPerSecond = "decode_tokens_per_second"
  case prefillTokensPerSecond = "prefill_tokens_per_second"
  case firstTokenLatency = "first_token_latency_ms"
  case interTokenP95 = "inter_token_p95_ms"
  case interTokenP99 = "inter_token_p99_ms"
  case totalTime = "total_time_ms"
  case steadyTokenShare = "steady_token_share"
  case worstSecond = "worst_second_tokens_per_second"
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
  case noneAccuracy = "none_accuracy"
  case topThreeAccuracy = "top_3_accuracy"
  case discountedGain = "ndcg_at_10"
  case recall = "recall_at_k"
  case rankCorrelation = "spearman_correlation"
  case embedLatencyP50 = "embed_latency_p50_ms"
  case embedLatencyP95 = "embed_latency_p95_ms"
  case embeddedTextsPerSecond = "embedded_texts_per_second"
  case memoryGrowthPerRequest = "memory_growth_bytes_per_request"
  case memoryGrowthPerHour = "memory_growth_bytes_per_hour"
  case rateDrift = "rate_drift"
  case swapTaken = "swap_bytes"
  case perplexity = "perplexity"
  case divergence = "kl_divergence_nats"
  case loadTime = "load_seconds"
  case readinessTime = "readiness_seconds"
  case footprint = "footprint_bytes"
  case peakToStart = "peak_to_start_ratio"
  case hostPressure = "host_memory_pressure"

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
    /// By the difference candidate - resident of correlations with the same gold scores.
    case correlation
    /// By one figure of each model that decides as it is, like the round in which a loop first goes wrong.
    case bound
    /// By the share of items itself.
    case share
    /// By the mean difference candidate - resident over the same tokens, in nats.
    case nats
    /// By the candidate's own figure against a limit of the rule.
    case limit
    /// Not at all: it is recorded and never scored.
    case recorded
  }

  public var description: String { rawValue }

  public var direction: Direction { definition.direction }
  public var comparison: Comparison { definition.comparison }
  /// The unit of a value.
  public var unit: String { definition.unit }
  /// The name for people.
  public var title: String { definition.title }
  /// The kinds of cell that it is measured in; peak memory also is of the whole run.
  public var sources: [Source] { definition.sources }

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
    /// Requests that are routed to skills.
    case routing = "routing task"
    /// Queries whose documents are found by their vectors.
    case retrieval = "retrieval task"
    /// Pairs of texts whose similarity is compared with gold scores.
    case similarity = "similarity task"
    /// Texts whose vectors are timed.
    case embedding = "embedding cell"
    /// A stream of requests over which memory and rates are watched.
    case endurance = "endurance cell"
    /// The cold start of a run.
    case load
  }

  /// Those that a promotion rule may name.
  public static let scored = allCases.filter { $0.comparison != .recorded }

  /// Whether blocks of throughput cells are what it is compared by.
  public var isOfThroughput: Bool { isOfBlocks && sources == [.throughput] && self != .peakMemory }

  /// Whether only requests in slices have it.
  public var isOfSlices: Bool {
    switch self {
    case .interTokenP99, .totalTime, .steadyTokenShare, .worstSecond: true
    default: false
    }
  }

  /// Whether it is compared by blocks of repetitions rather than by items.
  public var isOfBlocks: Bool { comparison == .ratio }

  private typealias Definition = (
    title: String, unit: String, direction: Direction, comparison: Comparison, sources: [Source]
  )

  private var definition: Definition {
    switch self {
    case .cumulativeTokensPerSecond: ("cumulative throughput", "tokens/s", .higher, .ratio, [.throughput])
    case .decodeTokensPerSecond: ("decode rate", "tokens/s", .higher, .ratio, [.throughput])
    case .prefillTokensPerSecond: ("prefill rate", "tokens/s", .higher, .ratio, [.throughput])
    case .firstTokenLatency: ("time to first token", "ms", .lower, .ratio, [.throughput])
    case .interTokenP95: ("inter-token p95", "ms", .lower, .ratio, [.throughput])
    case .interTokenP99: ("inter-token p99", "ms", .lower, .ratio, [.throughput])
    case .totalTime: ("total time, stalls included", "ms", .lower, .ratio, [.throughput])
    case .steadyTokenShare: ("tokens within twice the median time", "share", .higher, .ratio, [.throughput])
    case .worstSecond: ("decode rate of the worst second", "tokens/s", .higher, .ratio, [.throughput])
    case .peakMemory: ("peak memory", "bytes", .lower, .ratio, [.throughput])
    case .accuracy: ("accuracy", "share", .higher, .difference, [.accuracy])
    case .flips: ("answer flips", "share", .lower, .share, [.accuracy])
    case .validToolCallRate: ("valid tool calls", "share", .higher, .difference, [.live])
    case .answeredShare: ("answered share", "share", .higher, .difference, [.accuracy, .live])
    case .firstDegradedRound: ("first degraded round", "round", .higher, .bound, [.live])
    case .turnLatencyP50: ("turn latency p50", "ms", .lower, .ratio, [.replay])
    case .turnLatencyP95: ("turn latency p95", "ms", .lower, .ratio, [.replay])
    case .turnFirstToken: ("time to first token per turn", "ms", .lower, .ratio, [.replay])
    case .loopTokensPerSecond: ("effective rate of the loop", "tokens/s", .higher, .ratio, [.replay])
    case .cachedPrefixTokens: ("cached prefix per turn", "tokens", .higher, .ratio, [.replay])
    case .noneAccuracy: ("accuracy of none", "share", .higher, .difference, [.routing])
    case .topThreeAccuracy: ("right skill among three", "share", .higher, .difference, [.routing])
    // The share of the gain of an ideal order.
    case .discountedGain: ("nDCG@10", "share", .higher, .difference, [.retrieval])
    case .recall: ("recall@k", "share", .higher, .difference, [.retrieval])
    case .rankCorrelation: ("Spearman's rank correlation", "rho", .higher, .correlation, [.similarity])
    case .embedLatencyP50: ("embedding latency p50", "ms", .lower, .ratio, [.embedding])
    case .embedLatencyP95: ("embedding latency p95", "ms", .lower, .ratio, [.embedding])
    case .embeddedTextsPerSecond: ("embedding rate", "texts/s", .higher, .ratio, [.embedding])
    // The unit: the number of equally likely tokens that would be as hard to foresee.
    case .perplexity: ("perplexity", "tokens", .lower, .nats, [.perplexity])
    case .divergence: ("KL divergence", "nats/token", .lower, .nats, [.divergence])
    case .memoryGrowthPerRequest: ("memory growth per request", "bytes/request", .lower, .limit, [.endurance])
    case .memoryGrowthPerHour: ("memory growth per hour", "bytes/hour", .lower, .limit, [.endurance])
    // The share of the decode rate that is lost from the beginning to the end.
    case .rateDrift: ("decode rate lost over the stream", "share", .lower, .limit, [.endurance])
    case .swapTaken: ("swap taken", "bytes", .lower, .limit, [.endurance])
    case .footprint: ("memory footprint", "bytes", .lower, .recorded, [.endurance])
    case .peakToStart: ("peak footprint ÷ that at the start", "ratio", .lower, .recorded, [.endurance])
    case .hostPressure: ("highest memory pressure of the host", "level", .lower, .recorded, [.endurance])
    case .loadTime: ("time to load", "s", .lower, .recorded, [.load])
    case .readinessTime: ("time of the first request", "s", .lower, .recorded, [.load])
    }
  }
}

extension Metric {
  /// The name, unit, direction and comparison of every metric that is scored, as the rows of a table with a header.
  public static var table: [[String]] {
    [["metric", "what it is", "unit", "better is", "compared by", "measured in"]]
      + scored.map { metric in
        [
          metric.rawValue, metric.title, metric.unit, metric.direction.rawValue, metric.comparison.title,
          metric == .peakMemory ? "the run" : metric.sources.map { "\($0.rawValue)s" }.joined(separator: ", "),
        ]
      }
  }

  /// The table as Markdown, ending in a newline.
  public static var markdownTable: String {
    var lines = table.map { "| \($0.joined(separator: " | ")) |" }
    lines.insert("| --- | --- | --- | --- | --- | --- |", at: 1)
    return lines.joined(separator: "\n") + "\n"
  }
}

extension Metric.Comparison {
  /// For people.
  public var title: String {
    switch self {
    case .ratio: "ratio of paired samples"
    case .difference: "difference of shares, item by item"
    case .correlation: "difference of correlations over the same items"
    case .share: "the share itself"
    case .bound: "ratio of the two"
    case .nats: "mean difference, token by token"
    case .limit: "the candidate's figure with a limit"
    case .recorded: "nothing: recorded, never scored"
    }
  }
}
