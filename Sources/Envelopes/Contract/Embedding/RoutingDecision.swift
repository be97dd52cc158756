/// What a router makes of a request.
public struct RoutingDecision: Sendable, Equatable {
  /// The similarity to each skill, in the task's order.
  public let scores: [Double]
  public let threshold: Double
  /// Skills by index, the nearest first; of equal ones the first.
  public let ranking: [Int]
  /// The index of the skill, nil for none.
  public let skill: Int?
}

extension RoutingTask {
  /// The similarity of a request to each skill.
  ///
  /// - Parameter skillVectors: Of `skillTexts`.
  public func scores(of request: [Float], skillVectors: [[[Float]]]) -> [Double] {
    let request = UnitVector(request)
    return skillVectors.map { vectors in
      let units = vectors.map(UnitVector.init)
      guard basis == .meanExample else { return units.map(request.cosine).max() ?? -1 }
      return request.cosine(UnitVector(units.reduce(into: []) { sum, unit in sum = unit.added(to: sum) }))
    }
  }

  /// What becomes of a request with these similarities.
  public func decide(_ scores: [Double], threshold: Double) -> RoutingDecision {
    let ranking = scores.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }
    let isRouted = ranking.first.map { scores[$0] >= threshold && isAhead(scores, ranking) } ?? false
    return RoutingDecision(scores: scores, threshold: threshold, ranking: ranking, skill: isRouted ? ranking[0] : nil)
  }

  private func isAhead(_ scores: [Double], _ ranking: [Int]) -> Bool {
    ranking.count < 2 || scores[ranking[0]] - scores[ranking[1]] >= margin
  }

  /// What becomes of all of a task's requests.
  ///
  /// - Parameters:
  ///   - scores: By request, in the task's order.
  ///   - answers: The right skill of each by index, nil for none.
  public func decisions(_ scores: [[Double]], answers: [Int?]) -> [RoutingDecision] {
    let thresholds: [Double]
    switch threshold {
    case .fixed(let threshold): thresholds = scores.map { _ in threshold }
    case .calibrated(let folds):
      // By position, so that the folds are the same for every model; neighbours, which are often alike, fall into different
      // ones.
      let byFold = (0..<folds).map { fold in
        let others = scores.indices.filter { $0 % folds != fold }
        return calibratedThreshold(others.map { scores[$0] }, answers: others.map { answers[$0] })
      }
      thresholds = scores.indices.map { byFold[$0 % folds] }
    }
    return zip(scores, thresholds).map { decide($0, threshold: $1) }
  }

  /// The threshold that has most requests right; the middle one of equal ones.
  ///
  /// - Complexity: O(*n* log *n*) in requests.
  public func calibratedThreshold(_ scores: [[Double]], answers: [Int?]) -> Double {
    // Only requests that the margin lets through depend on the threshold.
    let requests = zip(scores, answers).compactMap { scores, answer -> (score: Double, gain: Int)? in
      let decision = decide(scores, threshold: -.infinity)
      guard let skill = decision.skill else { return nil }
      // What is gained if it is not routed.
      return (scores[skill], answer == nil ? 1 : answer == skill ? -1 : 0)
    }.sorted { $0.score < $1.score }
    var best = 0
    var (gain, bestCounts) = (0, [0])
    for (index, request) in requests.enumerated() {
      gain += request.gain
      let isTied = index + 1 < requests.count && requests[index + 1].score == request.score
      if isTied || gain < best { continue }
      if gain > best { (best, bestCounts) = (gain, []) }
      bestCounts.append(index + 1)
    }
    let rejected = bestCounts[bestCounts.count / 2]
    let below = rejected > 0 ? requests[rejected - 1].score : -1
    let above = rejected < requests.count ? requests[rejected].score : 1
    return (below + above) / 2
  }
}
