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
    let ranges = missing.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound) to \($0.upperBound)" }
    let isOne = missing.count == 1 && missing[0].count == 1
    return "challenge\(isOne ? "" : "s") \(ranges.joined(separator: ", ")) of \(resident) (tensors \(tensors.short)) "
      + "on the host \(host.prefix(12)) \(isOne ? "is" : "are") missing, though there is a challenge \(highest); "
      + "the sessions were left out or taken away"
  }
}

/// The challenges that the sessions of a dataset tell of.
///
/// A session names its own challenge and the lower ones that had not been brought to their end. With these, the numbers
/// of a resident have no gaps below the highest. Sessions from before tensors were hashed were counted by another rule;
/// they count as present, and those without a newer one are not held to it.
struct ChallengeLedger {
  private struct Key: Hashable {
    let host: String
    /// The hash of the tensors, or that of the files where no session knows it.
    let weights: String
  }

  private struct Account {
    var known: Set<Int> = []
    var highest = 0
    var resident: ModelID = ""
    var tensors: TensorsHash?
  }

  /// Residents in the order of their first challenge.
  let gaps: [ChallengeGap]

  /// - Parameter sessions: Oldest first.
  init(_ sessions: [PublishedSession]) {
    var tensors: [WeightsHash: TensorsHash] = [:]
    for run in sessions.lazy.flatMap(\.runs) {
      if let weights = run.weights, let hash = run.tensors { tensors[weights] = hash }
    }
    var accounts: [Key: Account] = [:]
    var order: [Key] = []
    for published in sessions {
      let session = published.session
      guard let challenge = session.challenge, let run = published.runs.first(where: { $0.side == .resident }),
        let weights = run.weights
      else { continue }
      let key = Key(host: session.host.fingerprint, weights: tensors[weights]?.rawValue ?? weights.rawValue)
      if accounts[key] == nil { order.append(key) }
      var account = accounts[key] ?? Account()
      account.known.formUnion(session.unfinishedChallenges)
      account.known.insert(challenge)
      if let hash = run.tensors {
        account.tensors = hash
        account.resident = run.model
        account.highest = max(account.highest, challenge)
      }
      accounts[key] = account
    }
    gaps = order.compactMap { key in accounts[key].flatMap { Self.gap(in: $0, of: key) } }
  }

  private static func gap(in account: Account, of key: Key) -> ChallengeGap? {
    guard let tensors = account.tensors else { return nil }
    var missing: [ClosedRange<Int>] = []
    var next = 1
    // A forged number may be of any size.
    for number in account.known.sorted() where number >= next && number <= account.highest {
      if number > next { missing.append(next...number - 1) }
      next = number &+ 1
    }
    guard !missing.isEmpty else { return nil }
    return ChallengeGap(
      resident: account.resident, tensors: tensors, host: key.host, highest: account.highest, missing: missing)
  }
}

extension DatasetVerifier {
  /// The challenges that the dataset lacks: it is to have every comparison of a resident that was brought to its end,
  /// whatever came of it.
  ///
  /// - Throws: `DatasetError` for the first shard that can't be used.
  public func challengeGaps() throws(DatasetError) -> [ChallengeGap] { ChallengeLedger(try dataset.sessions()).gaps }
}
