import Measurements

/// One thing that a night is to do.
public struct NightTask: Sendable, Equatable {
  public enum Kind: String, Sendable, CaseIterable {
    /// A comparison that counts.
    case comparison
    /// A short look at a new candidate.
    case screening
    /// The resident against its copy.
    case sentinel
  }

  public var kind: Kind
  public var role: Role
  public var resident: ModelID
  public var candidate: ModelID
  /// Which of the plan's envelopes.
  public var envelope: Int
  public var envelopeID: String
  public var environment: EnvironmentClass
  /// Whether it goes on with an interrupted session.
  public var resumes: Bool
  public var minutes: Double
  /// Whether the minutes are a guess, because nothing like it was measured here before.
  public var isGuess: Bool
  /// Why tonight.
  public var reason: String
}

/// What a night will do, and what it leaves for another.
public struct NightSchedule: Sendable, Equatable {
  public var tasks: [NightTask]
  /// What did not fit, with the reason.
  public var leftOut: [(task: NightTask, reason: String)]
  public var minutes: Double { tasks.reduce(0) { $0 + $1.minutes } }

  public static func == (left: NightSchedule, right: NightSchedule) -> Bool {
    left.tasks == right.tasks && left.leftOut.map(\.task) == right.leftOut.map(\.task)
      && left.leftOut.map(\.reason) == right.leftOut.map(\.reason)
  }
}
