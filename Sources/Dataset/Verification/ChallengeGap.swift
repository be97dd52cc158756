import Measurements

/// Challenges of one resident's weights on one host that a dataset should have and lacks.
public struct ChallengeGap: Sendable, Equatable, CustomStringConvertible {
  /// The name that the resident had in the newest of its comparisons.
  public let resident: ModelID
  /// The hash of its tensors.
  public let tensors: TensorsHash
  /// The host's fingerprint.
  public let host: String
  /// The highest challenge that the dataset has.
  public let highest: Int
  /// The missing numbers, in ascending order.
  public let missing: [ClosedRange<Int>]

  public var description: String {
    "\(missing.challengeText) of \(resident) (tensors \(tensors.short)) on the host \(host.prefix(12)) "
      + "\(missing.isOne ? "is" : "are") missing, though there is a challenge \(highest); the sessions were left out or "
      + "taken away"
  }
}

/// Two challenges of one resident's weights on one host with the same number, as databases that were counted apart have.
public struct ChallengeClash: Sendable, Equatable, CustomStringConvertible {
  public let resident: ModelID
  public let tensors: TensorsHash
  public let host: String
  public let number: Int
  /// The UUIDs of a comparison of the first and of each that is of another challenge, oldest first.
  public let sessions: [String]

  public var description: String {
    "challenge \(number) of \(resident) (tensors \(tensors.short)) on the host \(host.prefix(12)) is several comparisons "
      + "that do not continue each other, in the sessions \(sessions.joined(separator: ", ")): they were counted apart, so "
      + "each was judged as if the others had not been"
  }
}

/// Challenges that the sessions of a dataset name, and of which it has no comparison.
public struct AbsentChallenges: Sendable, Equatable, CustomStringConvertible {
  public let resident: ModelID
  public let tensors: TensorsHash
  public let host: String
  /// In ascending order.
  public let numbers: [ClosedRange<Int>]

  public var description: String {
    "\(numbers.challengeText) of \(resident) (tensors \(tensors.short)) on the host \(host.prefix(12)) "
      + "\(numbers.isOne ? "was" : "were") not brought to an end, or \(numbers.isOne ? "is" : "are") in another database"
  }
}

extension [ClosedRange<Int>] {
  fileprivate var isOne: Bool { count == 1 && self[0].lowerBound == self[0].upperBound }

  fileprivate var challengeText: String {
    let ranges = map { $0.lowerBound == $0.upperBound ? "\($0.lowerBound)" : "\($0.lowerBound) to \($0.upperBound)" }
    return "challenge\(isOne ? "" : "s") \(ranges.joined(separator: ", "))"
  }
}
