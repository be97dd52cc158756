extension Sample {
  /// What about the sample no measurement can have; nil if it is possible.
  ///
  /// The one answer to what is possible: the runner, the store, the dataset and the judge ask it. A sample without a
  /// problem has rates that can be computed without overflow.
  public var problem: String? {
    if place.block < 0 || place.repetition < 0 { return "has a negative block or repetition" }
    if place.item == "" { return "has an item without a name" }
    if elapsedNanoseconds < 0 || peakMemoryBytes < 0 { return "has a negative time or size" }
    if !startedAt.isFinite || !loadAverage.isFinite { return "has a time or load that is not finite" }
    if place.round != nil, place.item != nil { return "has both an item and a round" }
    if let problem = memory?.problem { return problem }
    switch outcome {
    case .throughput(let reading):
      // Whoever reports more time inside than went by outside reports something else than time.
      guard reading.slices.isEmpty || reading.tokenNanoseconds.last ?? 0 <= elapsedNanoseconds else {
        return "has token times that exceed its elapsed time"
      }
      return reading.problem
    case .turn(let reading):
      guard let round = place.round, round >= 1 else { return "is a turn without a round" }
      return reading.times.problem
    case .answer(let reading): return reading.problem
    case .text(let scores):
      return scores.losses.isEmpty ? "is a text without scores" : nil
    case .similarity(let cosine):
      // Rounding may take it a little beyond 1.
      return abs(cosine) <= 1 + 1e-9 ? nil : "has an impossible cosine"
    case .unscored(.success, _): return "is a success without a reading"
    case .unscored: return nil
    }
  }
}

/// Above any real count of tokens, and far from where sums of counts overflow.
let tokenCountLimit = 1 << 48

extension ThroughputReading {
  /// What about the reading no measurement can have; nil if it is possible.
  public var problem: String? {
    guard (0...tokenCountLimit).contains(promptTokens), (0...promptTokens).contains(cachedTokens) else {
      return "has an impossible count of tokens"
    }
    guard (1...1 << 12).contains(sequences) else { return "has an impossible number of sequences" }
    if let first = tokenNanoseconds.first, first < 0 { return "has a negative token time" }
    let isAscending = zip(tokenNanoseconds, tokenNanoseconds.dropFirst()).allSatisfy { $0 <= $1 }
    return isAscending ? sliceProblem : "has token times that go back"
  }
}

extension AnswerReading {
  fileprivate var problem: String? {
    (0...tokenCountLimit).contains(completionTokens) ? nil : "has an impossible count of tokens"
  }
}
