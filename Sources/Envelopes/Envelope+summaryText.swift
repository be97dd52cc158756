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
      ("Embedding cells", table(embedding.map { ($0.id, $0.regime) })),
      ("Endurance cells", table(endurance.map { ($0.id, $0.regime) })),
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
      case .routing: routing?.phrase ?? "routing"
      case .retrieval: retrieval?.phrase ?? "retrieval"
      case .similarity: "their cosines ranked like their gold scores"
      }
    if kind == .similarity { return "\(Phrase.count(items.count, "pair")) of texts, \(way)" }
    if kind == .retrieval { return "\(items.count) \(items.count == 1 ? "query" : "queries"), \(way)" }
    if kind == .routing { return "\(Phrase.count(items.count, "request")), \(way)" }
    guard !kind.isText else { return "\(Phrase.count(items.count, "text")), \(way)" }
    return "\(Phrase.count(items.count, "item")), \(way), \(usesChatTemplate ? "chat template" : "plain prompts")"
  }
}

extension RoutingTask {
  fileprivate var phrase: String {
    let basis =
      switch basis {
      case .descriptions: "names and descriptions"
      case .meanExample: "the mean of their examples"
      case .nearestExample: "their nearest example"
      }
    let limit =
      switch threshold {
      case .fixed(let value): "threshold \(value)"
      case .calibrated(let folds): "threshold by cross-validation in \(folds) folds"
      }
    return "routed to \(skills.count) skills by the similarity to \(basis), \(limit), margin \(margin)"
  }
}

extension RetrievalTask {
  fileprivate var phrase: String {
    "found among \(documents.count) documents by the cosine, recall among the first \(recallCutoff)"
      + (allowsTruncation ? ", long texts read in part" : "")
  }
}

extension Plan {
  fileprivate var phrases: [String] {
    let most = mayEndEarly ? "at most " : ""
    let voids = "no verdict rests on a cell with more than \(Phrase.percent(voidLimit)) of its blocks void"
    switch unit {
    case .blocks(let divergenceLimit):
      return [
        "\(most)\(Phrase.count(blocks, "ABBA block")) per cell after "
          + "\(Phrase.count(warmUps, "warm-up")) per model and cell, order seed \(orderSeed)",
        "a block is void if a model's two repetitions differ by more than \(Phrase.percent(divergenceLimit))", voids,
      ] + (mayEndEarly ? ["a comparison ends from \(minimumBlocks) blocks per cell on, once it is decided"] : [])
    case .rounds(let slice):
      return [
        "\(most)\(Phrase.count(blocks, "round")), each in freshly loaded workers, order seed \(orderSeed)",
        "per round and throughput cell one whole request of each model, and one in slices of about "
          + "\(Phrase.number(slice.seconds * 1000)) ms that take turns; per round and replay one loop of each, turn by turn",
        voids,
      ] + (slice.warmUpSeconds > 0 ? [warmUp(slice.warmUpSeconds)] : []) + (mayEndEarly ? [stop] : [])
    }
  }

  private func warmUp(_ seconds: Double) -> String {
    "the first \(Phrase.number(seconds * 1000)) ms of decoding in a slice warm caches up, on top of its length, and count in"
      + " total time and the tail alone"
  }

  private var stop: String {
    minimumBlocks > Self.fewestRounds
      ? "a comparison ends with a win from \(minimumBlocks) rounds on, without one from \(Self.fewestRounds)"
      : "a comparison ends from \(minimumBlocks) rounds on, once it is decided"
  }
}

extension RequestCount {
  fileprivate var phrase: String {
    "\(throughput) for throughput after \(Phrase.count(warmUps, "warm-up")), \(Phrase.count(answers, "answer"))"
      + (turns > 0 ? ", \(Phrase.count(turns, "turn")) of tool loops or for vectors" : "")
  }
}

extension PromotionRule {
  /// The rule in words, one condition per line.
  fileprivate var phrases: [String] {
    var lines = ["the candidate is promoted if \(schema == .rounds ? "this" : "at least one of these") is shown:"]
    lines += objectives.map { "  \($0.phrase)" }
    if !guardrails.isEmpty {
      lines.append("and each of these is shown:")
      lines += guardrails.map { "  \($0.phrase)" }
    }
    if !unguarded.isEmpty {
      lines.append("these may become worse:")
      lines += unguarded.map { "  \(Phrase.subject($0.metric, $0.cell, all: "every cell")): \($0.reason)" }
    }
    if let proof { lines.append("the weights of both must be known by \(proof.rawValue) or better") }
    return lines + maturity.phrases
  }
}

extension PromotionRule.Objective {
  fileprivate var phrase: String {
    let all = cells.map { "\($0.cell) × \(Phrase.number($0.weight))" }.joined(separator: ", ")
    return "\(Phrase.subject(metric, cell, all: "all cells together (\(all))")) is \(metric.direction.rawValue) by more"
      + " than \(Phrase.amount(minimumEffect, of: metric))"
  }
}

extension PromotionRule.Guardrail {
  fileprivate var phrase: String {
    let subject = Phrase.subject(metric, cell, all: metric == .peakMemory ? "the run" : "all cells together")
    let amount = Phrase.amount(margin, of: metric)
    if let budgetBytes {
      return "\(subject) is higher by at most \(amount), and at most \(budgetBytes) bytes"
    }
    return switch (metric.comparison, metric.direction) {
    case (.limit, _): "\(subject) is at most \(amount)"
    case (.share, _): "\(subject) are at most \(amount)"
    case (_, .higher): "\(subject) is lower by at most \(amount)\(mean.phrase)"
    case (_, .lower): "\(subject) is higher by at most \(amount)\(mean.phrase)\(requests.phrase)"
    }
  }
}

extension PromotionRule.Guardrail.Mean {
  fileprivate var phrase: String {
    switch self {
    case .geometric: ""
    case .arithmetic: " by the arithmetic mean"
    }
  }
}

extension PromotionRule.Guardrail.Requests {
  fileprivate var phrase: String {
    switch self {
    case .all: ""
    case .sliced: ", of requests in slices"
    }
  }
}

extension Maturity {
  fileprivate var phrases: [String] {
    let spacing = comparisons > 1 ? ", \(Phrase.number(daysBetween)) days or more apart" : ""
    let classes =
      environmentClasses.isEmpty ? "" : ", among them one \(environmentClasses.joined(separator: " and one "))"
    return [
      "a verdict is final after \(Phrase.count(comparisons, "agreeing comparison"))\(spacing)\(classes)",
      "a provisional verdict \(allowsProvisional ? "may" : "must not") change the registry",
    ]
  }
}

/// The numbers of a contract in words.
enum Phrase {
  /// `1 block`, `2 blocks`.
  static func count(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

  /// At most two decimals, without trailing zeros.
  static func number(_ value: Double) -> String {
    let rounded = (value * 100).rounded() / 100
    return Int(exactly: rounded).map(String.init) ?? "\(rounded)"
  }

  static func percent(_ share: Double) -> String { "\(number(share * 100)) %" }

  /// An amount in the terms of the metric's comparison: relative for ratios, in percentage points for shares.
  static func amount(_ value: Double, of metric: Metric) -> String {
    switch metric.comparison {
    case .ratio, .bound, .recorded: percent(value)
    case .limit: metric.unit == "share" ? percent(value) : "\(number(value)) \(metric.unit)"
    case .difference, .share: "\(number(value * 100)) points"
    case .correlation: "\(value) of rho"
    case .nats: "\(value) nats per token"
    }
  }

  static func subject(_ metric: Metric, _ cell: CellID?, all: String) -> String {
    "\(metric.title) (\(metric.unit)) of \(cell?.rawValue ?? all)"
  }

  /// The text in lines of at most that many characters, broken at spaces.
  static func wrapped(_ text: String, columns: Int) -> [String] {
    text.split(whereSeparator: \.isWhitespace).reduce(into: []) { lines, word in
      if let last = lines.last, last.count + 1 + word.count <= columns {
        lines[lines.count - 1] = last + " " + word
      } else {
        lines.append(String(word))
      }
    }
  }
}
