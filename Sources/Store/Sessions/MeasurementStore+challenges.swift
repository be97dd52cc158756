import GRDB
import Measurements

extension MeasurementStore {
  /// The session with the number of the attempt to unseat the resident that it is: none unless both runs prove their
  /// weights.
  ///
  /// The challenges of a resident are counted by its weights over all comparisons of the host, whatever role, envelope,
  /// engine or environment they had and whatever the models were called. A session that adds to earlier blocks goes on
  /// with their number, unless one of these comparisons was not brought to its end, was refused or rejected, or should be
  /// in the ledger and is not: whoever drops what looks bad and begins anew makes another attempt. So does whoever goes on
  /// where another database has more of them.
  ///
  /// - Parameters:
  ///   - ledger: The challenges of all databases; those that this one lacks count too.
  ///   - admission: The imports that count. No other has a part in the number.
  /// - Returns: The session, to be opened as it is, and the challenge that it is; nil if it is none.
  public func counted(
    _ session: MeasurementSession, runs: [Run], ledger: ChallengeLedger, admitting admission: ImportAdmission = .none
  ) throws(StoreError) -> (session: MeasurementSession, challenge: CountedChallenge?) {
    try read { try self.counted(session, runs, ledger, admission, $0) }
  }

  func counted(
    _ session: MeasurementSession, _ runs: [Run], _ ledger: ChallengeLedger, _ admission: ImportAdmission,
    _ database: Database
  ) throws -> (session: MeasurementSession, challenge: CountedChallenge?) {
    guard session.challenge == nil, let resident = runs.first(where: { $0.side == .resident }),
      let candidate = runs.first(where: { $0.side == .candidate }),
      let residentWeights = ChallengeRecord.Contender(resident),
      let candidateWeights = ChallengeRecord.Contender(candidate),
      // A model against itself cannot win, so it is no attempt, and the next of these is not its continuation.
      !resident.hasSameWeights(as: candidate)
    else { return (session, nil) }
    let query = ChallengeQuery(
      database: database, arguments: ChallengeQuery.arguments(session, resident: resident, candidate: candidate),
      admitting: admission)
    let kept = ledger.challenges(of: residentWeights, host: session.host.fingerprint)
    let elsewhere = try Set(kept.records.filter { try !query.isAttempt($0.session) }.map(\.number))
    let last = try query.highestAlike()
    let obstacle = try last.flatMap { last throws -> ChallengeOrigin.Obstacle? in
      if let obstacle = try query.obstacle(to: last) { return obstacle }
      if elsewhere.contains(last) { return .elsewhere }
      let isKept = try query.measured(of: last).allSatisfy {
        ledger.admits($0.uuid, startedAt: $0.startedAt, on: session.host.fingerprint)
      }
      return isKept ? nil : .unkept
    }
    let (number, origin, opener): (Int, ChallengeOrigin, String?)
    switch (last, obstacle) {
    case (let last?, nil):
      let earlier = try query.comparisons(of: last)
      (number, origin, opener) = (last, .added(earlier: earlier.count), earlier.first)
    case (let last?, let obstacle?):
      (number, origin, opener) = (try Self.successor(of: query.spent(with: kept)), .instead(of: last, obstacle), nil)
    case (nil, _):
      (number, origin, opener) = (try Self.successor(of: query.spent(with: kept)), .new, nil)
    }
    var counted = session
    counted.challenge = number
    counted.unfinishedChallenges = try query.lacking(below: number, elsewhere)
    let record = ChallengeRecord(
      number: number, session: session.uuid, opener: opener, host: session.host.fingerprint,
      envelope: session.envelopeHash, resident: residentWeights, candidate: candidateWeights, recordedAt: clock())
    return (counted, CountedChallenge(record: record, origin: origin))
  }

  private static func successor(of number: Int) throws(StoreError) -> Int {
    guard number < ChallengeLedger.highestNumber else {
      throw .invalidValue(
        of: "challenge \(number)",
        problem: "has no number after it, since a ledger takes none above \(ChallengeLedger.highestNumber)")
    }
    return number + 1
  }

  /// How often a model was challenged on a host, by the weights that it had when it was measured there last.
  ///
  /// - Parameter admission: The imports that count.
  public func challenges(
    of model: ModelID, host: String, admitting admission: ImportAdmission = .none
  ) throws(StoreError) -> Int {
    try read { database in
      let measured = try Row.fetchOne(
        database,
        sql: """
          SELECT weights_hash, tensors_hash FROM runs JOIN sessions ON sessions.number = runs.session
          WHERE runs.model = :model AND sessions.host = :host AND weights_hash IS NOT NULL
            AND \(DecidingSessions.areAttempts("sessions")) ORDER BY runs.number DESC LIMIT 1
          """,
        arguments: DecidingSessions(admission: admission).arguments &+ ["model": model.rawValue, "host": host])
      guard let measured else { return 0 }
      let (weights, tensors): (String, String?) = (measured["weights_hash"], measured["tensors_hash"])
      let query = ChallengeQuery(
        database: database, arguments: ["host": host, "resident": weights, "resident_tensors": tensors],
        admitting: admission)
      return try query.spent()
    }
  }

  /// What the database knows of the challenges of a comparison's resident; nil unless both models prove their weights.
  ///
  /// - Parameter admission: The imports that count.
  public func challengeAccount(
    of number: SessionNumber, admitting admission: ImportAdmission = .none
  ) throws(StoreError) -> ChallengeAccount? {
    try read { database in
      let record = try self.session(number, database)
      let session = record.session
      guard let resident = record.run(of: .resident), let candidate = record.run(of: .candidate),
        let residentWeights = ChallengeRecord.Contender(resident),
        let candidateWeights = ChallengeRecord.Contender(candidate)
      else { return nil }
      let query = ChallengeQuery(
        database: database, arguments: ChallengeQuery.arguments(session, resident: resident, candidate: candidate),
        admitting: admission)
      let rows = try query.all()
      let all = ChallengeLedger(query.records(rows))
      // One that was not counted is judged as the first.
      let challenge = session.challenge ?? 1
      let uncounted = ChallengeRecord(
        number: challenge, session: session.uuid, host: session.host.fingerprint, envelope: session.envelopeHash,
        resident: residentWeights, candidate: candidateWeights, recordedAt: session.startedAt)
      return ChallengeAccount(
        own: all[session: session.uuid] ?? uncounted, all: all, others: query.uuids(rows, ofOthersWith: challenge))
    }
  }
}

/// The challenge that a comparison is.
public struct CountedChallenge: Sendable, Equatable {
  /// For the ledger.
  public let record: ChallengeRecord
  public let origin: ChallengeOrigin
}

/// What a database knows of the challenges of a comparison's resident, on the host that measured it.
public struct ChallengeAccount: Sendable, Equatable {
  /// The comparison.
  public let own: ChallengeRecord
  /// All counted comparisons of the resident's weights, in the order in which they were stored.
  public let all: ChallengeLedger
  /// The UUIDs of those with the comparison's number that are of another challenge: a database that is measured into has
  /// none, one whose policy admits imports may.
  public let others: [String]
}
