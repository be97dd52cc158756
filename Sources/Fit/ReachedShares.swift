import Measurements

/// What real runs on this host reached of the memory's limit while they decoded, by family and storage format.
public struct ReachedShares: Sendable, Equatable {
  /// Of one family in one format.
  public struct Group: Sendable, Equatable {
    public let family: String
    public let format: String
    /// One of each run and cell, ascending.
    public let shares: [Double]
    public let runs: Int

    /// Of its shares.
    public var median: Double { shares[shares.count / 2] }
    public var range: ClosedRange<Double> { shares[0]...shares[shares.count - 1] }
  }

  /// By family, then format.
  public let groups: [Group]

  public init(_ readings: [PredictionReading]) {
    let named = readings.compactMap { reading in
      reading.family.flatMap { family in reading.format.map { (Key(family: family, format: $0), reading) } }
    }
    groups = Dictionary(grouping: named, by: \.0).compactMap { key, members in
      let shares = members.flatMap { $0.1.decode.map(\.share) }.filter { $0.isFinite && $0 > 0 }.sorted()
      guard !shares.isEmpty else { return nil }
      return Group(family: key.family, format: key.format, shares: shares, runs: members.count)
    }.sorted { ($0.family, $0.format) < ($1.family, $1.format) }
  }

  /// Nil if none of that family and format was measured.
  public func group(family: String, format: String) -> Group? {
    groups.first { $0.family == family && $0.format == format }
  }

  private struct Key: Hashable {
    let family: String
    let format: String
  }
}

extension ReachedShares.Group {
  /// The rate that a limit lets expect. The interval is the range that was reached, ±10 % at least.
  func rate(limit: Double) -> PredictedRate {
    PredictedRate(
      tokensPerSecond: limit * median,
      interval: limit * min(range.lowerBound, median * 0.9)...limit * max(range.upperBound, median * 1.1),
      basis: .reached(runs: runs, range))
  }
}
