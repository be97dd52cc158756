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
    /// The options of multiple choice and cloze; the accepted answers of an exact match or a number; the right skill of a
    /// request, or `none`.
    public var options: [String]
    /// The index of the right option; 0 for generated answers.
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
  /// The most tokens of a generated answer.
  public var maximumTokens: Int
  public var items: [Item]
  /// The unquantized model of a divergence, else nil.
  public var reference: ModelID?
  /// Of a routing task, else nil.
  public var routing: RoutingTask?

  public init(
    id: CellID, kind: Kind, usesChatTemplate: Bool = false, maximumTokens: Int = 16, items: [Item],
    reference: ModelID? = nil, routing: RoutingTask? = nil
  ) {
    self.id = id
    self.kind = kind
    self.usesChatTemplate = usesChatTemplate
    self.maximumTokens = maximumTokens
    self.items = items
    self.reference = reference
    self.routing = routing
  }

  /// The right skill of each item by its index, nil for none; empty unless it is a routing task.
  public var rightSkills: [Int?] {
    guard let skills = routing?.skills else { return [] }
    return items.map { item in skills.firstIndex { $0.id == item.options.first } }
  }

  init?(_ fields: FieldReader) {
    let id = fields.identifier("id")
    let kind = fields.choice("kind", of: Kind.allCases)
    let usesChatTemplate = kind == .routing ? false : fields.bool("chat", default: false)
    let maximumTokens = kind == .routing ? 16 : fields.integer("max_tokens", 1...8192, default: 16)
    let routing = kind == .routing ? RoutingTask(fields) : nil
    let skills = Set((fields.object["skills"]?.array ?? []).compactMap { $0["id"]?.string })
    let items = fields.sections("items", atLeast: 1) {
      kind == .routing ? Item(routed: $0, to: skills) : Item($0, kind: kind)
    }
    fields.reportRepeats(in: "items", of: ["id"])
    fields.checkOrigin()
    let reference = kind == .divergence ? fields.text("reference") : nil
    guard let id, let kind, let usesChatTemplate, let maximumTokens, let items,
      kind != .divergence || reference != nil, kind != .routing || routing != nil
    else { return nil }
    self.init(
      id: CellID(rawValue: id), kind: kind, usesChatTemplate: usesChatTemplate, maximumTokens: maximumTokens,
      items: items, reference: reference.map(ModelID.init(rawValue:)), routing: routing)
  }
}

extension AccuracyTask.Item {
  /// Reads a request; its skill is null if it belongs to none.
  fileprivate init?(routed fields: FieldReader, to skills: Set<String>) {
    let id = fields.identifier("id")
    let prompt = fields.text("prompt")
    let skill = fields.value("skill", expected: "the id of one of the task's skills, or null for none") { json in
      json == .null ? RoutingTask.none : json.string.flatMap { skills.contains($0) ? $0 : nil }
    }
    guard let id, let prompt, let skill else { return nil }
    self.init(id: id, prompt: prompt, options: [skill], answer: 0)
  }

  /// Reads one item; what depends on the kind is not checked if the task's kind is unknown.
  fileprivate init?(_ fields: FieldReader, kind: AccuracyTask.Kind?) {
    let hasOneOption = kind?.isGenerated ?? true
    let id = fields.identifier("id")
    let prompt = fields.text("prompt")
    if kind?.isText == true {
      guard let id, let prompt else { return nil }
      self.init(id: id, prompt: prompt, options: [], answer: 0)
      return
    }
    if kind == .instructions {
      let checks = fields.sections("checks", atLeast: 1) { InstructionCheck($0) }
      guard let id, let prompt, let checks else { return nil }
      self.init(id: id, prompt: prompt, options: [], answer: 0, checks: checks)
      return
    }
    let options = fields.words("options", atLeast: hasOneOption ? 1 : 2)
    let answer = fields.answer(kind, options)
    if let kind, let prompt { fields.checkPrompt(prompt, kind) }
    guard let id, let prompt, let options, let answer else { return nil }
    self.init(id: id, prompt: prompt, options: options, answer: answer)
  }
}

extension FieldReader {
  fileprivate func answer(_ kind: AccuracyTask.Kind?, _ options: [String]?) -> Int? {
    // Every accepted answer is right for a generated text, so there is no index to choose.
    if kind?.isGenerated == true { return integer("answer", 0...0, default: 0) }
    return integer("answer", 0...max((options?.count ?? .max) - 1, 0))
  }

  /// Reports a prompt that the kind's scoring rule can't split.
  fileprivate func checkPrompt(_ prompt: String, _ kind: AccuracyTask.Kind) {
    switch kind {
    case .multipleChoice:
      if prompt.last?.isWhitespace == true {
        report("prompt", "must not end in white space: each option brings its own")
      }
    case .exactMatch, .number, .instructions, .perplexity, .divergence, .routing: break
    case .cloze:
      let gaps = prompt.split(omittingEmptySubsequences: true) { $0 != "_" }.filter { $0.count >= 3 }
      if gaps.count != 1 || gaps.contains(where: { $0.count != 3 }) {
        report("prompt", "must have exactly one gap, written ___, but has \(gaps.count) of three underscores or more")
      } else if prompt.prefix(while: { $0 != "_" }).allSatisfy(\.isWhitespace) {
        report("prompt", "must have text before the gap: a model can't score the first token of all")
      }
    }
  }
}
