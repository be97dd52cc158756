/// In which round of a live loop each side first went wrong: a bound, read once a loop, so it has no interval.
public struct DegradedRounds: Sendable, Equatable {
  /// From 1; nil for a loop that stayed clean.
  public let resident: Int?
  public let candidate: Int?
  public let rounds: Int

  /// Candidate ÷ resident, a clean loop counting as one round more than there are: below 1 is earlier.
  public var ratio: Double { Double(candidate ?? rounds + 1) / Double(resident ?? rounds + 1) }

  /// The round in words.
  func text(_ round: Int?) -> String { round.map { "round \($0) of \(rounds)" } ?? "none in \(rounds) rounds" }
}
