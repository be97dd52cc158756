/// One comparison that challenged a resident, as it is kept outside of the database that it was measured into.
public struct ChallengeRecord: Sendable, Equatable {
  /// One of the two models.
  public struct Contender: Sendable, Equatable {
    /// What it was called; nothing is counted by it.
    public var model: ModelID
    public var weights: WeightsHash
    /// Nil where the worker reported none.
    public var tensors: TensorsHash?

    public init(model: ModelID, weights: WeightsHash, tensors: TensorsHash?) {
      self.model = model
      self.weights = weights
      self.tensors = tensors
    }

    /// The model of a run, or nil if that does not prove its weights.
    public init?(_ run: Run) {
      guard let weights = run.weights else { return nil }
      self.init(model: run.model, weights: weights, tensors: run.tensors)
    }

    /// As `Run.hasSameWeights`.
    public func hasSameWeights(as other: Self) -> Bool {
      weights == other.weights || tensors != nil && tensors == other.tensors
    }
  }

  /// Which challenge of the resident it is, from 1.
  public var number: Int
  /// The comparison's UUID.
  public var session: String
  /// The UUID of the comparison that opened the challenge: another one where this adds to its blocks.
  public var opener: String
  /// The host's fingerprint.
  public var host: String
  public var envelope: EnvelopeHash
  public var resident: Contender
  public var candidate: Contender
  /// When it was kept, or began where it is only in a database, in seconds since 1970.
  public var recordedAt: Double
  /// Whether it was taken over from a database, which had given the number without regard to any other.
  public var isImported: Bool

  public init(
    number: Int, session: String, opener: String? = nil, host: String, envelope: EnvelopeHash, resident: Contender,
    candidate: Contender, recordedAt: Double, isImported: Bool = false
  ) {
    self.number = number
    self.session = session
    self.opener = opener ?? session
    self.host = host
    self.envelope = envelope
    self.resident = resident
    self.candidate = candidate
    self.recordedAt = recordedAt
    self.isImported = isImported
  }
}

/// The challenges that are known of one place, over all databases that were measured into.
public struct ChallengeLedger: Sendable, Equatable {
  /// In the order in which they were kept.
  public var records: [ChallengeRecord]

  public init(_ records: [ChallengeRecord] = []) { self.records = records }

  /// Far above the comparisons of one resident that a host can make: what is larger was forged.
  public static let highestNumber = 100_000

  /// How many challenges there were: the highest number, or the count of those opened if some share a number.
  ///
  /// It makes sense for the challenges of one resident.
  public var spent: Int { max(records.map(\.number).max() ?? 0, Set(records.map(\.opener)).count) }

  /// When the first was kept, in seconds since 1970; infinite while there is none.
  public var beginning: Double { records.map(\.recordedAt).min() ?? .infinity }

  /// Whether a comparison is kept here, or began before anything of its host was.
  ///
  /// - Parameters:
  ///   - uuid: The comparison's.
  ///   - startedAt: When it began, in seconds since 1970.
  ///   - host: The host's fingerprint.
  public func admits(_ uuid: String, startedAt: Double, on host: String) -> Bool {
    let ofHost = ChallengeLedger(records.filter { $0.host == host })
    return ofHost[session: uuid] != nil || startedAt < ofHost.beginning
  }

  /// The record of a comparison, by its UUID.
  public subscript(session uuid: String) -> ChallengeRecord? { records.first { $0.session == uuid } }

  /// The challenges of a resident's weights on a host, whatever names and files they had.
  public func challenges(of resident: ChallengeRecord.Contender, host: String) -> ChallengeLedger {
    let candidates = records.filter { $0.host == host }
    var weights: Set<WeightsHash> = [resident.weights]
    var tensors = Set([resident.tensors].compactMap(\.self))
    func isKnown(_ contender: ChallengeRecord.Contender) -> Bool {
      weights.contains(contender.weights) || contender.tensors.map { tensors.contains($0) } ?? false
    }
    var count = 0
    repeat {
      count = weights.count + tensors.count
      for record in candidates where isKnown(record.resident) {
        weights.insert(record.resident.weights)
        if let hash = record.resident.tensors { tensors.insert(hash) }
      }
    } while weights.count + tensors.count > count
    return ChallengeLedger(candidates.filter { isKnown($0.resident) })
  }

  /// The challenges of the weights that a model had as a resident on a host the last time.
  public func challenges(of model: ModelID, host: String) -> ChallengeLedger {
    guard let last = records.last(where: { $0.host == host && $0.resident.model == model }) else {
      return ChallengeLedger()
    }
    return challenges(of: last.resident, host: host)
  }
}

/// Keeps challenges outside of any database, so that another database does not count anew.
public protocol ChallengeKeeping: Sendable {
  /// What is kept now.
  func read() throws -> ChallengeLedger

  /// Runs `body` with what is kept, while nobody else adds to it.
  ///
  /// - Parameter body: May call its second argument once; what it adds is on the medium when that returns.
  func withLedger<Value>(
    _ body: (ChallengeLedger, ([ChallengeRecord]) throws -> Void) throws -> Value
  ) throws -> Value
}
