import Measurements

extension Envelope {
  /// The contract for people: what is measured in which regime, how often, and the promotion rule in words.
  ///
  /// Several lines, without a trailing newline.
  public var summaryText: String {
    let sections: [(title: String, lines: [String])] = [
      ("Throughput cells", table(throughput.map { ($0.id, $0.regime) })),
      ("Accuracy tasks", table(accuracy.map { ($0.id, $0.phrase) })),
      ("Tool loops", table(toolLoops.map { ($0.id, $0.regime) })),
      ("Sampling", ["temperature \(sampling.temperature), top-p \(sampling.topP), seed \(sampling.seed)"]),
      ("Plan", plan.phrases),
      ("Requests of a comparison", [requests.phrase]),
      ("Promotion, by intervals of \(Phrase.percent(promotion.confidence)) confidence", promotion.phrases),
    ]
    let head = ["\(id), version \(version), envelope \(hash.short)"] + Phrase.wrapped(summary, columns: 100)
    let body = sections.filter { !$0.lines.isEmpty }.flatMap { ["", $0.title] + $0.lines.map { "  \($0)" } }
    return (head + body).joined(separator: "\n")
  }

  private func table(_ rows: [(id: CellID, text: String)]) -> [String] {
    let width = rows.map(\.id.rawValue.count).max() ?? 0
    return rows.map { id, text in
      id.rawValue + String(repeating: " ", count: width - id.rawValue.count) + "  " + text
    }
  }
}

extension ThroughputCell {
  fileprivate var regime: String {
    "\(Phrase.count(promptTokens, "prompt token")), \(Phrase.count(decodeTokens, "decode token")), "
      + "concurrency \(concurrency)"
  }
}

extension AccuracyTask {
  fileprivate var phrase: String {
    let way =
      switch kind {
      case .multipleChoice: "multiple choice"
      case .cloze: "cloze"
      case .exactMatch: "exact match of at most \(Phrase.count(maximumTokens, "token"))"
      case .number: "last number of at most \(Phrase.count(maximumTokens, "token"))"
      case .instructions: "instructions kept in at most \(Phrase.count(maximumTokens, "token"))"
      case .perplexity: "perplexity"
      case .divergence: "KL divergence from \(reference?.rawValue ?? "a reference")"
      }
    guard !kind.isText else { return "\(Phrase.count(items.count, "text")), \(way)" }
    return "\(Phrase.count(items.count, "item")), \(way), \(usesChatTemplate ? "chat template" : "plain prompts")"
  }
}

extension Plan {
  fileprivate var phrases: [String] {
    let stop =
      minimumBlocks < blocks ? ["a comparison ends from \(minimumBlocks) blocks a cell on, once it is decided"] : []
    return [
      "\(minimumBlocks < blocks ? "at most " : "")\(Phrase.count(blocks, "ABBA block")) a cell after "
        + "\(Phrase.count(warmUps, "warm-up")) a model and cell, order seed \(orderSeed)",
      "a block is void where a model's two repetitions differ by more than \(Phrase.percent(divergenceLimit))",
      "no verdict rests on a cell with more than \(Phrase.percent(voidLimit)) of its blocks void",
    ] + stop
  }
}

extension RequestCount {
  fileprivate var phrase: String {
    "\(throughput) for throughput after \(Phrase.count(warmUps, "warm-up")), \(Phrase.count(answers, "answer"))"
      + (turns > 0 ? ", \(Phrase.count(turns, "turn")) of tool loops" : "")
  }
}
