import Envelopes
import Measurements
import Statistics

/// The samples of a task's items, paired by item, in the envelope's order.
struct PairedItems {
  /// Of the items that both sides answered.
  private(set) var pairs: [(resident: Sample, candidate: Sample)] = []
  /// Ids of the items that one side answered alone, or nobody.
  private(set) var residentOnly: [String] = []
  private(set) var candidateOnly: [String] = []
  private(set) var neither: [String] = []
  /// Of a similarity task; nil also if the gold scores, or the similarities of one side, are all alike. Kept, since it takes
  /// the square of the pairs.
  private(set) var correlation: RankCorrelationDifference?
  /// Of a routing task, with the index of each item's right skill, nil for none.
  private let routing: RoutingTask?
  private let rightSkills: [String: Int?]
  /// Of a retrieval task.
  private let retrieval: RetrievalTask?
  /// The grades of each item's relevant documents, or the gold score of each pair, by the item's id.
  private let grades: [String: [Double]]

  var isComplete: Bool { residentOnly.isEmpty && candidateOnly.isEmpty && neither.isEmpty }

  /// Of the items whose pairs are answers.
  var answers: [AnswerPair] {
    pairs.compactMap { pair in
      guard let resident = pair.resident.answer, let candidate = pair.candidate.answer else { return nil }
      return AnswerPair(item: pair.resident.place.item ?? "", resident: resident, candidate: candidate)
    }
  }

  /// As ``answers``, of those items and by that judgement that a metric counts.
  func answers(by metric: Metric) -> [AnswerPair] {
    guard let routing else { return answers }
    return answers.compactMap { pair in
      guard let right = rightSkills[pair.item] else { return nil }
      switch metric {
      case .noneAccuracy: return right == nil ? pair : nil
      case .topThreeAccuracy:
        guard let right else { return nil }
        return AnswerPair(
          item: pair.item, resident: pair.resident.counted(routing.isAmongThree(right, pair.resident)),
          candidate: pair.candidate.counted(routing.isAmongThree(right, pair.candidate)))
      default: return pair
      }
    }
  }

  /// Both sides' scores of each query by a metric of retrieval.
  func scores(by metric: Metric) -> [(resident: Double, candidate: Double)] {
    guard let retrieval else { return [] }
    return answers.compactMap { pair in
      guard let grades = grades[pair.item], let resident = retrieval.score(pair.resident, grades, by: metric),
        let candidate = retrieval.score(pair.candidate, grades, by: metric)
      else { return nil }
      return (resident, candidate)
    }
  }

  /// The queries without the ranks of their relevant documents on both sides, by item id.
  var unranked: [String] {
    answers.compactMap { pair in
      let grades = grades[pair.item] ?? []
      let isRanked = [pair.resident, pair.candidate].allSatisfy {
        retrieval?.score($0, grades, by: .discountedGain) != nil
      }
      return isRanked ? nil : pair.item
    }
  }

  /// Both sides' similarities of each pair of texts with its gold score.
  private var similarities: [(gold: Double, resident: Double, candidate: Double)] {
    pairs.compactMap { pair in
      guard let resident = pair.resident.similarity, let candidate = pair.candidate.similarity,
        let gold = pair.resident.place.item.flatMap({ grades[$0]?.first })
      else { return nil }
      return (gold, resident, candidate)
    }
  }

  /// Of the items whose pairs are texts.
  var texts: [(resident: TextScores, candidate: TextScores)] {
    pairs.compactMap { pair in
      guard let resident = pair.resident.text, let candidate = pair.candidate.text else { return nil }
      return (resident, candidate)
    }
  }

  /// The texts whose scores cannot be compared by the metric, by item id.
  func incomparable(by metric: Metric) -> [String] {
    pairs.compactMap { pair in
      if let resident = pair.resident.text, let candidate = pair.candidate.text,
        resident.isComparable(to: candidate, by: metric)
      {
        return nil
      }
      return pair.resident.place.item
    }
  }

  init(_ task: AccuracyTask, _ evidence: Evidence) {
    let resident = Self.samples(of: task, evidence.residentSamples)
    let candidate = Self.samples(of: task, evidence.candidateSamples)
    routing = task.routing
    rightSkills = Dictionary(
      zip(task.items.map(\.id), task.rightSkills), uniquingKeysWith: { first, _ in first })
    retrieval = task.retrieval
    grades = Dictionary(task.items.map { ($0.id, $0.grades) }, uniquingKeysWith: { first, _ in first })
    for item in task.items {
      switch (resident[item.id], candidate[item.id]) {
      case (let resident?, let candidate?): pairs.append((resident, candidate))
      case (_?, nil): residentOnly.append(item.id)
      case (nil, _?): candidateOnly.append(item.id)
      case (nil, nil): neither.append(item.id)
      }
    }
    guard task.kind == .similarity else { return }
    let scored = similarities
    correlation = RankCorrelationDifference(
      gold: scored.map(\.gold), resident: scored.map(\.resident), candidate: scored.map(\.candidate))
  }

  private static func samples(of task: AccuracyTask, _ samples: [Sample]) -> [String: Sample] {
    samples.reduce(into: [:]) { found, sample in
      guard sample.place.cell == task.id, let item = sample.place.item, sample.isReading(of: task.kind) else { return }
      found[item] = sample
    }
  }
}

extension Sample {
  /// Whether it holds what a task of that kind measures.
  fileprivate func isReading(of kind: AccuracyTask.Kind) -> Bool {
    switch kind {
    case .perplexity, .divergence: text != nil
    case .similarity: similarity != nil
    case .multipleChoice, .exactMatch, .number, .instructions, .cloze, .routing, .retrieval: answer != nil
    }
  }
}

/// Both sides' answers to one item, or what they made of one round of a live loop.
struct AnswerPair {
  /// The item's id; empty for a round.
  var item = ""
  let resident: AnswerReading
  let candidate: AnswerReading
}

extension AnswerReading {
  /// The same answer, right or wrong by another judgement.
  fileprivate func counted(_ isRight: Bool) -> AnswerReading {
    var reading = self
    reading.isCorrect = isRight
    return reading
  }
}

extension RoutingTask {
  /// Whether fewer than three other skills were as near to the request as the right one, whatever the threshold made of it:
  /// vectors that tell nothing apart find nothing.
  func isAmongThree(_ right: Int, _ reading: AnswerReading) -> Bool {
    let scores = reading.optionScores.prefix(skills.count)
    guard scores.indices.contains(right) else { return false }
    return scores.indices.count { $0 != right && scores[$0] >= scores[right] } < 3
  }
}

/// The turns of a live loop, paired by round.
struct PairedTurns {
  private let resident: [Int: TurnJudgement]
  private let candidate: [Int: TurnJudgement]
  let rounds: Int

  init(_ cell: ToolLoopCell, _ evidence: Evidence) {
    resident = Self.judgements(cell.id, evidence.residentSamples)
    candidate = Self.judgements(cell.id, evidence.candidateSamples)
    rounds = cell.trace.rounds.count
  }

  /// The rounds that both sides answered and that were read by a fitting parser.
  func pairs(_ metric: Metric) -> [AnswerPair] {
    (1...max(rounds, 1)).compactMap { round in
      guard let resident = resident[round], let candidate = candidate[round], !resident.isOfWrongParser,
        !candidate.isOfWrongParser
      else { return nil }
      return AnswerPair(resident: Self.answer(resident, metric), candidate: Self.answer(candidate, metric))
    }
  }

  /// The first rounds that went wrong; nil if a side has a round that says nothing.
  func degraded(confidence: Double) throws(StatisticsError) -> DegradedRounds? {
    guard unpaired.isEmpty else { return nil }
    return try DegradedRounds(
      resident: Self.firstDegraded(resident), candidate: Self.firstDegraded(candidate), rounds: rounds,
      confidence: confidence)
  }

  /// Rounds that are not in both sides' loops, or not read by a fitting parser.
  var unpaired: [String] {
    (1...max(rounds, 1)).filter { round in
      [resident[round], candidate[round]].contains { $0 == nil || $0?.isOfWrongParser == true }
    }.map { "round \($0)" }
  }

  private static func judgements(_ cell: CellID, _ samples: [Sample]) -> [Int: TurnJudgement] {
    samples.reduce(into: [:]) { judgements, sample in
      guard sample.place.cell == cell, let round = sample.place.round else { return }
      judgements[round] = sample.turn?.judgement
    }
  }

  private static func firstDegraded(_ judgements: [Int: TurnJudgement]) -> Int? {
    judgements.filter { !$0.value.isValid }.keys.min()
  }

  private static func answer(_ judgement: TurnJudgement, _ metric: Metric) -> AnswerReading {
    AnswerReading(
      answer: judgement.text, isCorrect: metric == .answeredShare ? judgement.isAnswered : judgement.isValid,
      optionScores: [], completionTokens: 0)
  }
}
