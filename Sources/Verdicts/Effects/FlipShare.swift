import Statistics

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
  init(_ items: [PairedItem], confidence: Double) throws(StatisticsError) {
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
