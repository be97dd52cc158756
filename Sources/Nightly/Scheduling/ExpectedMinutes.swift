import Envelopes
import Measurements

/// How long a task will take, from how long such tasks took on this host before.
struct ExpectedMinutes {
  private let past: [PastSession]
  /// Seconds that a request is guessed to take where nothing was measured yet.
  private static let guessedSeconds = 1.0

  init(_ plan: NightPlan, _ past: [PastSession]) { self.past = past }

  /// The longest of the candidate's earlier comparisons, else of anybody's under that envelope, else a guess.
  func comparison(_ candidate: ModelID, _ envelope: Envelope) -> (minutes: Double, isGuess: Bool) {
    let comparisons = past.filter { $0.resident != nil && $0.envelope == envelope.hash && $0.minutes != nil }
    let own = comparisons.filter { $0.candidate == candidate }
    if let longest = (own.isEmpty ? comparisons : own).compactMap(\.minutes).max() { return (longest, false) }
    let requests = envelope.requests
    let count = requests.warmUps + requests.throughput + requests.answers + requests.turns
    return (Double(count) * Self.guessedSeconds / 60, true)
  }

  func screening(
    _ candidate: ModelID, _ screening: Envelope, of envelope: Envelope
  ) -> (minutes: Double, isGuess: Bool) {
    let earlier = past.filter { $0.resident == nil && $0.envelope == screening.hash }
    if let longest = earlier.compactMap(\.minutes).max() { return (longest, false) }
    let (whole, _) = comparison(candidate, envelope)
    let (all, few) = (envelope.requests, screening.requests)
    let share =
      Double(few.throughput + few.answers + few.warmUps)
      / Double(max(1, all.throughput + all.answers + all.warmUps + all.turns))
    return (max(0.05, whole * share / 2), true)
  }
}
