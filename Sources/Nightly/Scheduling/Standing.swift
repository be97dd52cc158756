import Envelopes
import Foundation
import Measurements

/// How far one candidate for one role has come under one envelope, and what it still lacks.
public struct Standing: Sendable, Equatable {
  /// What there is to do about it.
  public enum State: Sendable, Equatable {
    /// Never looked at in this state of its files.
    case unscreened
    /// A screening passed and no comparison was begun.
    case screened
    /// A comparison was interrupted and can go on.
    case interrupted(EnvironmentClass)
    /// Comparisons are there, and the verdict is provisional.
    case open
    /// The verdict is final.
    case final
    /// A guardrail is broken: other weights are needed.
    case rejected
    /// It failed too often in this state of its files.
    case parked(failures: Int)
    /// There is no such model folder.
    case missing
    /// It is the resident already.
    case resident
  }

  public var role: Role
  public var resident: ModelID
  public var candidate: ModelID
  /// Which of the plan's envelopes.
  public var envelope: Int
  public var envelopeID: String
  public var state: State
  /// The outcome of the last verdict.
  public var outcome: String?
  /// Comparisons that count, and those that the envelope asks for.
  public var validated: Int
  public var needed: Int
  /// Classes that the envelope asks for and none was measured in.
  public var missingEnvironments: [EnvironmentClass]
  /// Seconds since 1970 from which on another comparison counts; nil where none was made.
  public var dueAt: Double?

  /// Failures of a candidate after which it is left alone until its files change.
  public static let failuresToPark = 3

  /// Whether the verdict may still change by measuring.
  public var isOpen: Bool {
    switch state {
    case .unscreened, .screened, .interrupted, .open: true
    case .final, .rejected, .parked, .missing, .resident: false
    }
  }

  /// What the candidate still lacks, in words; what it has where it lacks nothing.
  public func lacks(at now: Double) -> String {
    switch state {
    case .unscreened: return "a screening and \(Self.count(needed))"
    case .screened: return "\(Self.count(needed)); the screening is passed"
    case .interrupted: return "the rest of an interrupted comparison"
    case .final: return "nothing: the verdict \(outcome ?? "") is final"
    case .rejected: return "other weights: a guardrail is broken"
    case .parked(let failures): return "other weights: parked after \(failures) failures"
    case .missing: return "its model folder"
    case .resident: return "nothing: it is the resident"
    case .open: break
    }
    var parts: [String] = []
    if validated < needed { parts.append("\(Self.count(needed - validated)) of \(needed)") }
    if !missingEnvironments.isEmpty {
      parts.append("one in the class \(missingEnvironments.map(\.rawValue).joined(separator: " and "))")
    }
    if parts.isEmpty { parts.append("a comparison that decides: the last is \(outcome ?? "without a verdict")") }
    if let dueAt, dueAt > now {
      parts.append("the next counts from \(Date(timeIntervalSince1970: dueAt).formatted(.iso8601)) on")
    }
    return parts.joined(separator: ", ")
  }

  private static func count(_ comparisons: Int) -> String {
    comparisons == 1 ? "1 comparison" : "\(comparisons) comparisons"
  }
}
