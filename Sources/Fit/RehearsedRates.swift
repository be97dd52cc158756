import JSON

/// How fast a model's shape decoded when it was rehearsed on this machine, at some contexts, by so many sequences.
public struct RehearsedRates: Sendable, Equatable {
  /// In tokens per second of each sequence, after so many tokens of context.
  public struct Point: Sendable, Equatable {
    public var context: Int
    public var rate: Double
    public var lower: Double
    public var upper: Double

    public init(context: Int, rate: Double, lower: Double, upper: Double) {
      (self.context, self.rate, self.lower, self.upper) = (context, rate, lower, upper)
    }
  }

  public var sequences: Int
  /// By ascending context.
  public var points: [Point]

  public init(sequences: Int, points: [Point]) {
    self.sequences = sequences
    self.points = points.sorted { $0.context < $1.context }
  }

  /// Nil unless every rate was rehearsed.
  public init?(_ speeds: [SpeedPrediction]) {
    let points = speeds.compactMap { speed -> Point? in
      guard let decode = speed.decode, decode.basis == .rehearsed else { return nil }
      return Point(
        context: speed.contextLength, rate: decode.tokensPerSecond, lower: decode.interval.lowerBound,
        upper: decode.interval.upperBound)
    }
    guard let sequences = speeds.first?.sequences, points.count == speeds.count else { return nil }
    self.init(sequences: sequences, points: points)
  }

  /// The rate of each sequence at another context, whose time per token is linear in it; nil for other sequences at once.
  public func rate(at context: Int, sequences: Int) -> PredictedRate? {
    guard sequences == self.sequences, let first = points.first, let last = points.last else { return nil }
    func rate(_ end: (Point) -> Double) -> Double {
      guard last.context > first.context else { return end(first) }
      let share = Double(context - first.context) / Double(last.context - first.context)
      // A context beyond those that were rehearsed cannot make a token free.
      return 1 / max(1 / end(first) + (1 / end(last) - 1 / end(first)) * share, 0.1 / end(first))
    }
    let (lower, upper) = (rate(\.lower), rate(\.upper))
    return PredictedRate(
      tokensPerSecond: rate(\.rate), interval: min(lower, upper)...max(lower, upper), basis: .rehearsed)
  }
}

extension RehearsedRates {
  public var json: JSONValue {
    [
      "sequences": .integer(sequences),
      "points": .array(
        points.map {
          [
            "context": .integer($0.context), "tokens_per_s": .number($0.rate), "from": .number($0.lower),
            "to": .number($0.upper),
          ]
        }),
    ]
  }

  /// Reads what ``json`` writes; nil for anything else.
  public init?(json: JSONValue) {
    guard let sequences = json["sequences"]?.integer, sequences > 0, let entries = json["points"]?.array else {
      return nil
    }
    let points = entries.compactMap { entry -> Point? in
      guard let context = entry["context"]?.integer, context >= 0, let rate = entry["tokens_per_s"]?.number, rate > 0,
        let lower = entry["from"]?.number, lower > 0, let upper = entry["to"]?.number, upper >= lower
      else { return nil }
      return Point(context: context, rate: rate, lower: lower, upper: upper)
    }
    guard !points.isEmpty, points.count == entries.count else { return nil }
    self.init(sequences: sequences, points: points)
  }
}
