import Statistics

/// The share of items to which the candidate gives another answer than the resident, right or wrong.
public struct FlipShare: Sendable, Equatable {
  public let flipped: Int
  public let items: Int
  /// Exact, by Clopper and Pearson.
  public let interval: ConfidenceInterval

  public var share: Double { Double(flipped) / Double(items) }

  /// - Throws: `tooFewObservations` without items.
  init(_ items: [PairedItem], confidence: Double) throws(StatisticsError) {
    flipped = items.filter { $0.resident.answer != $0.candidate.answer }.count
    self.items = items.count
    interval = try ClopperPearson(successes: flipped, trials: items.count).interval(confidence: confidence)
  }
}
