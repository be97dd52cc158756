import Measurements

extension AccuracyTask {
  init?(_ fields: FieldReader) {
    let id = fields.identifier("id")
    let kind = fields.choice("kind", of: Kind.allCases)
    let isOfVectors = kind?.isOfVectors == true
    let usesChatTemplate = isOfVectors ? false : fields.bool("chat", default: false)
    let maximumTokens = isOfVectors ? 16 : fields.integer("max_tokens", 1...8192, default: 16)
    let routing = kind == .routing ? RoutingTask(fields) : nil
    let retrieval = kind == .retrieval ? RetrievalTask(fields) : nil
    let known = Set(
      (fields.object[kind == .retrieval ? "documents" : "skills"]?.array ?? []).compactMap { $0["id"]?.string })
    let items = fields.sections("items", atLeast: kind == .similarity ? Self.fewestPairs : 1) { fields in
      switch kind {
      case .routing: Item(routed: fields, to: known)
      case .retrieval: Item(query: fields, among: known)
      case .similarity: Item(pair: fields)
      default: Item(fields, kind: kind)
      }
    }
    fields.reportRepeats(in: "items", of: ["id"])
    fields.checkOrigin()
    let reference = kind == .divergence ? fields.text("reference") : nil
    guard let id, let kind, let usesChatTemplate, let maximumTokens, let items,
      kind != .divergence || reference != nil, kind != .routing || routing != nil,
      kind != .retrieval || retrieval != nil
    else { return nil }
    self.init(
      id: CellID(rawValue: id), kind: kind, usesChatTemplate: usesChatTemplate, maximumTokens: maximumTokens,
      items: items, reference: reference.map(ModelID.init(rawValue:)), routing: routing,
      retrieval: retrieval)
  }

  /// An interval of a rank correlation needs some dozens of pairs.
  public static var fewestPairs: Int { 30 }
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

  /// Reads a query with its relevant documents: a list of ids, or an object of ids with their grades.
  fileprivate init?(query fields: FieldReader, among documents: Set<String>) {
    let id = fields.identifier("id")
    let prompt = fields.text("prompt")
    let expected = "a list of ids of the task's documents, or an object of ids with grades from 1 to 100"
    let relevant = fields.value("relevant", expected: expected) { json -> [(id: String, grade: Int)]? in
      let grades =
        json.object?.members.map { (id: $0.name, grade: $0.value.integer ?? 0) }
        ?? (json.array ?? []).map { (id: $0.string ?? "", grade: 1) }
      let isKnown = grades.allSatisfy { documents.contains($0.id) && (1...100).contains($0.grade) }
      return isKnown && !grades.isEmpty && Set(grades.map(\.id)).count == grades.count ? grades : nil
    }
    guard let id, let prompt, let relevant else { return nil }
    self.init(
      id: id, prompt: prompt, options: relevant.map(\.id), answer: 0, grades: relevant.map { Double($0.grade) })
  }

  /// Reads two texts with their gold score.
  fileprivate init?(pair fields: FieldReader) {
    let id = fields.identifier("id")
    let texts = fields.value("texts", expected: "two texts that are not blank") { json -> [String]? in
      let texts = (json.array ?? []).compactMap(\.string).filter { !$0.allSatisfy(\.isWhitespace) }
      return texts.count == 2 && json.array?.count == 2 ? texts : nil
    }
    let score = fields.number("score", .from(-1e6, through: 1e6))
    guard let id, let texts, let score else { return nil }
    self.init(id: id, prompt: texts[0], options: [texts[1]], answer: 0, grades: [score])
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
    case .cloze:
      let gaps = prompt.split(omittingEmptySubsequences: true) { $0 != "_" }.filter { $0.count >= 3 }
      if gaps.count != 1 || gaps.contains(where: { $0.count != 3 }) {
        report("prompt", "must have exactly one gap, written ___, but has \(gaps.count) of three underscores or more")
      } else if prompt.prefix(while: { $0 != "_" }).allSatisfy(\.isWhitespace) {
        report("prompt", "must have text before the gap: a model can't score the first token of all")
      }
    default: break
    }
  }
}
