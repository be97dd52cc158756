/// How a comparison came to the number of its challenge.
public enum ChallengeOrigin: Sendable, Equatable {
  /// What keeps a comparison from adding to the candidate's last challenge.
  public enum Obstacle: String, Sendable, CaseIterable {
    case setAside = "has a comparison that was set aside"
    case unfinished = "has a comparison that was not brought to its end"
    case rejected = "was rejected"
    case refused = "was refused"
    case incomplete = "lacks measurements"
    /// Streams are not pooled, so each would be another look at the same level.
    case endurance = "has streams over hours, which are looked at once"
    /// Answers are not pooled either, and drawn ones are others each time.
    case drawnAnswers = "drew its answers by a temperature above 0, and those are looked at once"
    /// A clock was set back, or a merge gave one number twice.
    case unlike = "has a comparison under other conditions or of a later time"
    case elsewhere = "has comparisons in another database"
    case unkept = "is not in the ledger of challenges"
  }

  /// The first comparison of the candidate under its conditions.
  case new
  /// It adds to the blocks of earlier comparisons.
  case added(earlier: Int)
  /// The candidate's last challenge has that number, and nothing may be added to it.
  case instead(of: Int, Obstacle)
}
