import Measurements

/// Items whose answers are judged right or wrong, or texts whose tokens are scored.
public struct AccuracyTask: Sendable, Equatable {
  /// How an answer is obtained and judged.
  ///
  /// A score is the mean natural log-probability of a continuation's tokens, each given the prompt's tokens and the
  /// continuation's earlier ones. Prompt and continuation are tokenized separately and their tokens joined. The option
  /// with the highest score is the answer, the first of equal ones.
  public enum Kind: String, Sendable, CaseIterable {
    /// The prompt is the item's; each continuation is a space and the option. Through a chat template, where an answer
    /// begins a turn, the continuation is the option alone.
    case multipleChoice = "multiple_choice"
    /// The first line with content of the generated text, which must equal one of the accepted answers; case, and white
    /// space and punctuation at the ends, don't count.
    case exactMatch = "exact_match"
    /// The last number of the generated text, which must equal one of the accepted answers.
    case number
    /// The generated text must follow every instruction of the item, as decided by computation.
    case instructions
    /// The options stand in the middle of the prompt, at `___`. The text before it is the prompt, each continuation is
    /// the option and the text after it; one space before the gap belongs to the continuation.
    case cloze
    /// A text whose tokens after the first are scored, without a question: its reading holds their log-probabilities.
    case perplexity
    /// A text on which the model's distributions are compared with those of the task's reference: its reading holds the
    /// Kullback-Leibler divergence from the reference at each token, in nats.
    case divergence
    /// A request that is routed to one of the task's skills, or to none, by the similarity of vectors.
    case routing
    /// A query whose relevant documents are found among the task's by the similarity of vectors. The answer is the nearest
    /// document.
    case retrieval
    /// Two texts; their cosine is compared with gold scores, over all pairs, by Spearman's rank correlation.
    case similarity

    /// Whether an answer is a text that the model generates.
    public var isGenerated: Bool { self == .exactMatch || self == .number || self == .instructions }

    /// Whether items are texts without a question.
    public var isText: Bool { self == .perplexity || self == .divergence }

    /// Whether what an answer yields is that it is right or wrong.
    public var hasRightAnswers: Bool { !isText && self != .retrieval && self != .similarity }

    /// Whether a model is asked for vectors alone.
    public var isOfVectors: Bool { self == .routing || self == .retrieval || self == .similarity }
  }

  /// One question.
  public struct Item: Sendable, Equatable {
    /// Unique within its task.
    public var id: String
    public var prompt: String
    /// The options of multiple choice and cloze; the accepted answers of an exact match or a number; the right skill of a
    /// request, or `none`; the ids of a query's relevant documents; the second text of a pair.
    public var options: [String]
    /// The index of the right option; 0 for generated answers.
    public var answer: Int
    /// What an answer to instructions must be.
    public var checks: [InstructionCheck]
    /// How relevant each of a query's documents is, above 0; the gold score of a pair; else empty.
    public var grades: [Double]

    public init(
      id: String, prompt: String, options: [String], answer: Int, checks: [InstructionCheck] = [],
      grades: [Double] = []
    ) {
      self.id = id
      self.prompt = prompt
      self.options = options
      self.answer = answer
      self.checks = checks
      self.grades = grades
    }
  }

  public var id: CellID
  public var kind: Kind
  /// Whether prompts go through the model's chat template.
  public var usesChatTemplate: Bool
  /// The most tokens of a generated answer.
  public var maximumTokens: Int
  public var items: [Item]
  /// The unquantized model of a divergence, else nil.
  public var reference: ModelID?
  /// Of a routing task, else nil.
  public var routing: RoutingTask?
  /// Of a retrieval task, else nil.
  public var retrieval: RetrievalTask?

  public init(
    id: CellID, kind: Kind, usesChatTemplate: Bool = false, maximumTokens: Int = 16, items: [Item],
    reference: ModelID? = nil, routing: RoutingTask? = nil, retrieval: RetrievalTask? = nil
  ) {
    self.id = id
    self.kind = kind
    self.usesChatTemplate = usesChatTemplate
    self.maximumTokens = maximumTokens
    self.items = items
    self.reference = reference
    self.routing = routing
    self.retrieval = retrieval
  }

  /// The right skill of each item by its index, nil for none; empty unless it is a routing task.
  public var rightSkills: [Int?] {
    guard let skills = routing?.skills else { return [] }
    return items.map { item in skills.firstIndex { $0.id == item.options.first } }
  }

  /// The texts that items are compared with by their vectors, beside their own.
  public var indexedTexts: [String] {
    routing.map { $0.skillTexts.flatMap(\.self) } ?? retrieval.map { $0.documents.map(\.text) } ?? []
  }

  /// The texts of the items whose vectors are asked for.
  public var itemTexts: [String] {
    kind == .similarity ? items.flatMap { [$0.prompt] + $0.options } : items.map(\.prompt)
  }
}
