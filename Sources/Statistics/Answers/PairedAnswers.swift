/// The two-by-two table of both models' answers to the same items.
public struct PairedAnswers: Sendable, Hashable {
  public let bothRight: Int
  public let onlyResidentRight: Int
  public let onlyCandidateRight: Int
  public let bothWrong: Int
  /// The number of items.
  public let count: Int

  /// Throws `invalidCount` for a negative count or an overflowing sum, `tooFewObservations` when all are zero.
  public init(
    bothRight: Int, onlyResidentRight: Int, onlyCandidateRight: Int, bothWrong: Int
  ) throws(StatisticsError) {
    var sum = 0
    for (name, value) in [
      ("bothRight", bothRight), ("onlyResidentRight", onlyResidentRight),
      ("onlyCandidateRight", onlyCandidateRight), ("bothWrong", bothWrong),
    ] {
      let (next, overflow) = sum.addingReportingOverflow(value)
      guard value >= 0, !overflow else { throw .invalidCount(name: name, value: value) }
      sum = next
    }
    guard sum > 0 else { throw .tooFewObservations(needed: 1, got: 0) }
    self.bothRight = bothRight
    self.onlyResidentRight = onlyResidentRight
    self.onlyCandidateRight = onlyCandidateRight
    self.bothWrong = bothWrong
    self.count = sum
  }

  /// Counts answers one by one; throws `tooFewObservations` when there are none.
  public init(_ answers: some Sequence<PairedAnswer>) throws(StatisticsError) {
    var counts: [PairedAnswer: Int] = [:]
    for answer in answers { counts[answer, default: 0] += 1 }
    try self.init(
      bothRight: counts[.bothRight, default: 0],
      onlyResidentRight: counts[.onlyResidentRight, default: 0],
      onlyCandidateRight: counts[.onlyCandidateRight, default: 0],
      bothWrong: counts[.bothWrong, default: 0])
  }

  /// The share of items the resident answers right.
  public var residentAccuracy: Double {
    (Double(bothRight) + Double(onlyResidentRight)) / Double(count)
  }

  /// The share of items the candidate answers right.
  public var candidateAccuracy: Double {
    (Double(bothRight) + Double(onlyCandidateRight)) / Double(count)
  }

  /// Candidate's accuracy minus the resident's, in −1...1.
  public var accuracyDifference: Double {
    (Double(onlyCandidateRight) - Double(onlyResidentRight)) / Double(count)
  }

  /// The share of items on which exactly one model is right.
  public var discordantShare: Double {
    (Double(onlyCandidateRight) + Double(onlyResidentRight)) / Double(count)
  }
}
