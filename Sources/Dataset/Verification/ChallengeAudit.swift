import Measurements

/// What the challenges that the sessions of a dataset tell of amount to.
///
/// A session names its own challenge and the lower ones of which its database had no finished comparison. With these, the
/// numbers of a resident have no gaps below the highest, and a number is one challenge. What a database had imported was
/// counted elsewhere: it fills gaps, but is held to no count. Sessions from before tensors were
/// hashed were counted by another rule; they count as present, and those without a newer one are not held to it.
public struct ChallengeAudit: Sendable, Equatable {
  /// Challenges that are missing.
  public let gaps: [ChallengeGap]
  /// Numbers that were given more than once.
  public let clashes: [ChallengeClash]
  /// Challenges that need not be there, for people to know.
  public let absent: [AbsentChallenges]

  /// Whether every challenge is there, or said not to be, once.
  public var isWhole: Bool { gaps.isEmpty && clashes.isEmpty }

  /// - Parameter sessions: Oldest first.
  init(_ sessions: [PublishedSession]) {
    var tensors: [WeightsHash: TensorsHash] = [:]
    for run in sessions.lazy.filter({ $0.origin == .measured }).flatMap(\.runs) {
      if let weights = run.weights, let hash = run.tensors { tensors[weights] = hash }
    }
    var accounts: [Account.Key: Account] = [:]
    // Residents in the order of their first challenge.
    var order: [Account.Key] = []
    for published in sessions {
      guard let challenge = published.session.challenge,
        let run = published.runs.first(where: { $0.side == .resident }), let weights = run.weights
      else { continue }
      let key = Account.Key(
        host: published.session.host.fingerprint, weights: tensors[weights]?.rawValue ?? weights.rawValue)
      if accounts[key] == nil { order.append(key) }
      accounts[key, default: Account()].add(published, challenge, run)
    }
    let all = order.compactMap { key in accounts[key].map { (key.host, $0) } }
    gaps = all.compactMap { $1.gap(on: $0) }
    clashes = all.flatMap { $1.clashes(on: $0) }
    absent = all.compactMap { $1.absent(on: $0) }
  }
}

/// The challenges of one resident's weights on one host.
private struct Account {
  struct Key: Hashable {
    let host: String
    /// The hash of the tensors, or that of the files where no session knows it.
    let weights: String
  }

  /// Numbers of sessions that are there.
  private var present: Set<Int> = []
  /// Numbers that sessions name as lacking.
  private var named: Set<Int> = []
  private var highest = 0
  private var resident: ModelID = ""
  private var tensors: TensorsHash?
  /// Of each number, one session of each challenge that has it.
  private var sessions: [Int: [PublishedSession]] = [:]

  mutating func add(_ published: PublishedSession, _ challenge: Int, _ run: Run) {
    present.insert(challenge)
    guard published.origin == .measured else { return }
    named.formUnion(published.session.unfinishedChallenges)
    guard let hash = run.tensors else { return }
    tensors = hash
    resident = run.model
    highest = max(highest, challenge)
    let known = sessions[challenge, default: []]
    if !known.contains(where: { published.isOfSameChallenge(as: $0) }) { sessions[challenge] = known + [published] }
  }

  func gap(on host: String) -> ChallengeGap? {
    guard let tensors else { return nil }
    var missing: [ClosedRange<Int>] = []
    var next = 1
    // A forged number may be of any size.
    for number in present.union(named).sorted() where number >= next && number <= highest {
      if number > next { missing.append(next...number - 1) }
      next = number &+ 1
    }
    guard !missing.isEmpty else { return nil }
    return ChallengeGap(resident: resident, tensors: tensors, host: host, highest: highest, missing: missing)
  }

  func clashes(on host: String) -> [ChallengeClash] {
    guard let tensors else { return [] }
    return sessions.sorted { $0.key < $1.key }.filter { $0.value.count > 1 }.map { number, sessions in
      ChallengeClash(
        resident: resident, tensors: tensors, host: host, number: number, sessions: sessions.map(\.session.uuid))
    }
  }

  func absent(on host: String) -> AbsentChallenges? {
    guard let tensors else { return nil }
    var numbers: [ClosedRange<Int>] = []
    for number in named.subtracting(present).sorted() where number >= 1 && number <= highest {
      if let last = numbers.last, last.upperBound == number - 1 {
        numbers[numbers.count - 1] = last.lowerBound...number
      } else {
        numbers.append(number...number)
      }
    }
    guard !numbers.isEmpty else { return nil }
    return AbsentChallenges(resident: resident, tensors: tensors, host: host, numbers: numbers)
  }
}

extension PublishedSession {
  /// Whether both are of one challenge, if they have the same number: as `Evidence.continues` has it, but for the time.
  fileprivate func isOfSameChallenge(as other: PublishedSession) -> Bool {
    session.envelopeHash == other.session.envelopeHash && session.role == other.session.role
      && session.environment == other.session.environment
      && Side.allCases.allSatisfy { side in
        guard let own = runs.first(where: { $0.side == side }),
          let theirs = other.runs.first(where: { $0.side == side })
        else { return false }
        return own.hasSameModel(as: theirs) && own.engine == theirs.engine
      }
  }
}

extension DatasetVerifier {
  /// Finds challenges that the dataset lacks or has twice: it is to have every comparison of a resident that was brought
  /// to its end, whatever came of it, each with a number of its own.
  ///
  /// - Throws: `DatasetError` for the first shard that can't be used.
  public func challengeAudit() throws(DatasetError) -> ChallengeAudit { ChallengeAudit(try dataset.sessions()) }
}
