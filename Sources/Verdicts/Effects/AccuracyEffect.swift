import Statistics

/// The candidate's accuracy minus the resident's, over the items that both answered.
public struct AccuracyEffect: Sendable, Equatable {
  /// A share, in -1...1.
  public let difference: Double
  /// Exact and conservative: Clopper-Pearson limits of gains and losses, combined by Bonferroni.
  public let interval: ConfidenceInterval
  /// Exact and two-sided, on the items that one side alone has right.
  public let mcnemarPValue: Double
  public let residentAccuracy: Double
  public let candidateAccuracy: Double
  /// What the difference hides: items whose answer changed.
  public let flips: FlipShare
  public let items: Int

  init(_ items: [PairedItem], confidence: Double) throws(StatisticsError) {
    let answers = try PairedAnswers(
      items.map { PairedAnswer(residentRight: $0.resident.isCorrect, candidateRight: $0.candidate.isCorrect) })
    difference = answers.accuracyDifference
    interval = try answers.accuracyDifferenceInterval(confidence: confidence)
    mcnemarPValue = answers.mcnemarPValue
    residentAccuracy = answers.residentAccuracy
    candidateAccuracy = answers.candidateAccuracy
    flips = try FlipShare(items, confidence: confidence)
    self.items = answers.count
  }
}
