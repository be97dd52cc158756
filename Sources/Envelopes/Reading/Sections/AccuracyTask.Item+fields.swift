extension AccuracyTask.Item {
  /// Reads one item; what depends on the kind is not checked where the task's kind is unknown.
  init?(_ fields: FieldReader, kind: AccuracyTask.Kind?) {
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
    // Every accepted answer of what is generated is right, so there is nothing to point at.
    if kind?.isGenerated == true { return integer("answer", 0...0, default: 0) }
    return integer("answer", 0...max((options?.count ?? .max) - 1, 0))
  }

  /// A prompt that the kind's scoring rule can take apart.
  fileprivate func checkPrompt(_ prompt: String, _ kind: AccuracyTask.Kind) {
    switch kind {
    case .multipleChoice:
      if prompt.last?.isWhitespace == true {
        report("prompt", "must not end in white space: each option brings its own")
      }
    case .exactMatch, .number, .instructions, .perplexity, .divergence: break
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
