import JSON
import Vocabulary

/// The fixed measurement contract: what is measured, how often, and what makes a candidate win.
public struct Envelope: Sendable, Equatable {
  public var id: String
  public var version: Int
  public var summary: String
  public var sampling: Sampling
  public var throughput: [ThroughputCell]
  public var accuracy: [AccuracyTask]
  public var plan: Plan
  public var promotion: PromotionRule
  /// SHA-256 of `source` in canonical form.
  public var hash: EnvelopeHash
  /// The whole file: what is stored and exported, so that a verdict can be recomputed.
  public var source: JSONValue
}

/// How tokens are chosen in cells that stop naturally.
public struct Sampling: Sendable, Equatable {
  public var temperature: Double
  public var topP: Double
  public var seed: UInt64
}

/// A prompt of fixed length and a continuation of fixed length.
public struct ThroughputCell: Sendable, Equatable {
  public var id: CellID
  /// Repeated as often as it takes and cut to `promptTokens` tokens of the model's own tokenizer.
  public var text: String
  public var promptTokens: Int
  public var decodeTokens: Int
  /// Requests at once; 1 for now.
  public var concurrency: Int
}

/// Items with one right answer each.
public struct AccuracyTask: Sendable, Equatable {
  /// How an answer is got and judged.
  public enum Kind: String, Sendable, CaseIterable {
    /// The option with the highest mean log-probability a token after the prompt.
    case multipleChoice = "multiple_choice"
    /// The text generated until the first line break equals one of the accepted answers, case and outer white space and
    /// punctuation aside.
    case exactMatch = "exact_match"
    /// As multiple choice, where the options stand in the middle of the prompt, at `___`, and what follows is scored
    /// with them.
    case cloze
  }

  public struct Item: Sendable, Equatable {
    public var id: String
    public var prompt: String
    /// The options of multiple choice and cloze; the accepted answers of an exact match.
    public var options: [String]
    /// The index of the right option; 0 for an exact match.
    public var answer: Int
  }

  public var id: CellID
  public var kind: Kind
  /// Whether prompts go through the model's chat template.
  public var usesChatTemplate: Bool
  /// The most tokens that an exact match may generate.
  public var maximumTokens: Int
  public var items: [Item]
}

/// How often and in which order cells are measured.
public struct Plan: Sendable, Equatable {
  /// ABBA blocks a throughput cell.
  public var blocks: Int
  /// Requests a model and cell whose times are thrown away first.
  public var warmUps: Int
  /// Seeds the order of blocks and of models within them.
  public var orderSeed: UInt64
  /// The largest relative difference of the two repetitions of a model within one block; beyond it the block is void.
  public var divergenceLimit: Double
  /// The largest share of void blocks of a cell that a verdict may rest on.
  public var voidLimit: Double
}

/// What decides, fixed before the numbers are seen.
public struct PromotionRule: Sendable, Equatable {
  /// At least one must be shown to win by more than `minimumEffect`.
  public struct Objective: Sendable, Equatable {
    public var metric: Metric
    /// A throughput cell or accuracy task.
    public var cell: CellID
    /// As a ratio above 1 for ratios (0.02: two per cent better), as a difference for shares.
    public var minimumEffect: Double
  }

  /// Each must be shown to be no worse than `margin`.
  public struct Guardrail: Sendable, Equatable {
    public var metric: Metric
    /// Nil for peak memory, which is of the run.
    public var cell: CellID?
    /// Relative for ratios (0.05: at most five per cent worse), absolute for shares.
    public var margin: Double
  }

  /// Of all intervals, two-sided.
  public var confidence: Double
  public var objectives: [Objective]
  public var guardrails: [Guardrail]
  public var maturity: Maturity
}

/// When a verdict is final.
public struct Maturity: Sendable, Equatable {
  /// Validated comparisons that agree.
  public var comparisons: Int
  /// Days between two that count.
  public var daysBetween: Double
  /// Whether a provisional verdict may change the registry.
  public var allowsProvisional: Bool
}
