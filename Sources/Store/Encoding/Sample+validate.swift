import Measurements

extension Sample {
  /// Above any real count of tokens, and far from where sums of counts overflow.
  fileprivate static let countLimit = 1 << 48

  /// What about the sample no measurement can have, or nil.
  ///
  /// A sample without a problem has rates that can be computed without overflow.
  package var problem: String? {
    if place.block < 0 || place.repetition < 0 { return "has a negative block or repetition" }
    if place.item == "" { return "has an item without a name" }
    if elapsedNanoseconds < 0 || peakMemoryBytes < 0 { return "has a negative time or size" }
    if !startedAt.isFinite || !loadAverage.isFinite { return "has a time or load that is not finite" }
    switch outcome {
    case .throughput(let reading): return reading.problem
    case .turn(let reading):
      guard let round = place.round, round >= 1 else { return "is a turn without a round" }
      return reading.times.problem
    case .answer(let reading):
      return (0...Self.countLimit).contains(reading.completionTokens) ? nil : "has an impossible count of tokens"
    case .unscored(.success, _): return "is a success without a reading"
    case .unscored: return nil
    }
  }
}

extension ThroughputReading {
  fileprivate var problem: String? {
    guard (0...Sample.countLimit).contains(promptTokens), (0...promptTokens).contains(cachedTokens) else {
      return "has an impossible count of tokens"
    }
    guard (1...1 << 12).contains(sequences) else { return "has an impossible number of sequences" }
    if let first = tokenNanoseconds.first, first < 0 { return "has a negative token time" }
    let isAscending = zip(tokenNanoseconds, tokenNanoseconds.dropFirst()).allSatisfy { $0 <= $1 }
    return isAscending ? nil : "has token times that go back"
  }
}
