import Measurements

/// Items with one right answer each.
public struct AccuracyTask: Sendable, Equatable {
  /// How an answer is got and judged.
  ///
  /// A score is the mean natural logarithm of the probability of each token of a continuation, given the prompt's
  /// tokens and the continuation's earlier ones. Prompt and continuation are tokenized apart and their tokens joined;
  /// the option with the highest score is the answer, of equal ones the first.
  public enum Kind: String, Sendable, CaseIterable {
    /// The prompt is the item's; each continuation is a space and the option. Through a chat template, where an answer
    /// begins a turn, the continuation is the option alone.
    case multipleChoice = "multiple_choice"
    /// The first line with content of the text generated, which must equal one of the accepted answers, case and outer
    /// white space and punctuation aside.
    case exactMatch = "exact_match"
    /// The last number of the text generated, which must equal one of the accepted answers.
    case number
    /// The text generated must follow every instruction of the item, as computed.
    case instructions
    /// The options stand in the middle of the prompt, at `___`. The text before it is the prompt, each continuation is
    /// the option and the text after it; one space before the gap belongs to the continuation.
    case cloze
    /// A text whose tokens are scored after the first, nothing asked: its reading holds their log-probabilities.
    case perplexity
    /// A text over which the model's distributions are compared with those of the task's reference: its reading holds
    /// the Kullback-Leibler divergences from the reference, token by token, in nats.
    case divergence

    /// Whether an answer is a text that the model generates.
    public var isGenerated: Bool { self == .exactMatch || self == .number || self == .instructions }

    /// Whether items are texts without a question.
    public var isText: Bool { self == .perplexity || self == .divergence }
  }

  /// One question.
  public struct Item: Sendable, Equatable {
    /// Unique within its task.
    public var id: String
    public var prompt: String
    /// The options of multiple choice and cloze; the accepted answers of an exact match or a number.
    public var options: [String]
    /// The index of the right option; 0 for what is generated.
    public var answer: Int
    /// What an answer to instructions must be.
    public var checks: [InstructionCheck]

    public init(id: String, prompt: String, options: [String], answer: Int, checks: [InstructionCheck] = []) {
      self.id = id
      self.prompt = prompt
      self.options = options
      self.answer = answer
      self.checks = checks
    }
  }

  public var id: CellID
  public var kind: Kind
  /// Whether prompts go through the model's chat template.
  public var usesChatTemplate: Bool
  /// The most tokens that an answer may have that is generated.
  public var maximumTokens: Int
  public var items: [Item]
  /// The unquantized model of a divergence, else nil.
  public var reference: ModelID?

  public init(
    id: CellID, kind: Kind, usesChatTemplate: Bool = false, maximumTokens: Int = 16, items: [Item],
    reference: ModelID? = nil
  ) {
    self.id = id
    self.kind = kind
    self.usesChatTemplate = usesChatTemplate
    self.maximumTokens = maximumTokens
    self.items = items
    self.reference = reference
  }
}
