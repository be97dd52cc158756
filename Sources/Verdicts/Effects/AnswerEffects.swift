import Measurements
import Statistics

/// The candidate's accuracy minus the resident's, or of the share of items that got an answer at all, over the items
/// that both were asked.
public struct AccuracyEffect: Sendable, Equatable {
  /// A share, in -1...1.
  public let difference: Double
  /// For a decision on one end the anytime-valid limits of a betting sequence; on both, Clopper-Pearson limits of gains
  /// and losses, combined by Bonferroni. Both are exact at every size.
  public let interval: ConfidenceInterval
  /// Exact and two-sided, on the items that one side alone has right.
  public let mcnemarPValue: Double
  public let residentAccuracy: Double
  public let candidateAccuracy: Double
  /// What the difference hides: items whose answer changed.
  public let flips: FlipShare
  public let items: Int
  /// Which side was right, item by item.
  public let answers: PairedAnswers
  public let level: DecisionLevel

  /// - Parameter isCounted: What makes an answer count.
  init(
    _ items: [AnswerPair], _ level: DecisionLevel, counting isCounted: (AnswerReading) -> Bool
  ) throws(StatisticsError) {
    let answers = try PairedAnswers(
      items.map { PairedAnswer(residentRight: isCounted($0.resident), candidateRight: isCounted($0.candidate)) })
    difference = answers.accuracyDifference
    interval = try answers.accuracyDifferenceInterval(level)
    mcnemarPValue = answers.mcnemarPValue
    residentAccuracy = answers.residentAccuracy
    candidateAccuracy = answers.candidateAccuracy
    flips = try FlipShare(items, confidence: level.confidence)
    self.items = answers.count
    self.answers = answers
    self.level = level
  }
}

/// The share of items to which the candidate gives another answer than the resident, right or wrong.
public struct FlipShare: Sendable, Equatable {
  public let flipped: Int
  /// Of the flipped: lost, gained, and wrong in another way. (Two right answers to an item with several may differ too.)
  public let rightToWrong: Int
  public let wrongToRight: Int
  public let wrongToOtherWrong: Int
  public let items: Int
  /// Exact, by Clopper and Pearson.
  public let interval: ConfidenceInterval

  public var share: Double { Double(flipped) / Double(items) }

  /// - Throws: `tooFewObservations` without items.
  init(_ items: [AnswerPair], confidence: Double) throws(StatisticsError) {
    flipped = items.filter { $0.resident.answer != $0.candidate.answer }.count
    rightToWrong = items.filter { $0.resident.isCorrect && !$0.candidate.isCorrect }.count
    wrongToRight = items.filter { !$0.resident.isCorrect && $0.candidate.isCorrect }.count
    wrongToOtherWrong =
      items.filter {
        !$0.resident.isCorrect && !$0.candidate.isCorrect && $0.resident.answer != $0.candidate.answer
      }.count
    self.items = items.count
    interval = try ClopperPearson(successes: flipped, trials: items.count).interval(confidence: confidence)
  }
}
