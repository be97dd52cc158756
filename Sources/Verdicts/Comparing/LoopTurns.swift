import Envelopes
import Measurements
import Statistics

/// The turns of a live loop, paired by round.
struct LoopTurns {
  private let resident: [Int: TurnJudgement]
  private let candidate: [Int: TurnJudgement]
  let rounds: Int

  init(_ cell: ToolLoopCell, _ evidence: Evidence) {
    resident = Self.judgements(cell.id, evidence.residentSamples)
    candidate = Self.judgements(cell.id, evidence.candidateSamples)
    rounds = cell.trace.rounds.count
  }

  /// The rounds that both sides answered and that were read by a fitting parser.
  func pairs(_ metric: Metric) -> [PairedItem] {
    (1...max(rounds, 1)).compactMap { round in
      guard let resident = resident[round], let candidate = candidate[round], !resident.isOfWrongParser,
        !candidate.isOfWrongParser
      else { return nil }
      return PairedItem(resident: Self.answer(resident, metric), candidate: Self.answer(candidate, metric))
    }
  }

  /// The first rounds that went wrong; nil where a side has a round that says nothing.
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

  static func judgements(_ cell: CellID, _ samples: [Sample]) -> [Int: TurnJudgement] {
    samples.reduce(into: [:]) { judgements, sample in
      guard sample.place.cell == cell, let round = sample.place.round else { return }
      judgements[round] = sample.turn?.judgement
    }
  }

  static func firstDegraded(_ judgements: [Int: TurnJudgement]) -> Int? {
    judgements.filter { !$0.value.isValid }.keys.min()
  }

  private static func answer(_ judgement: TurnJudgement, _ metric: Metric) -> AnswerReading {
    AnswerReading(
      answer: judgement.text, isCorrect: metric == .answeredShare ? judgement.isAnswered : judgement.isValid,
      optionScores: [], completionTokens: 0)
  }
}
