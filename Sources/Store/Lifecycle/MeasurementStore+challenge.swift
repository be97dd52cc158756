import GRDB
import Measurements

extension MeasurementStore {
  /// Which attempt to unseat the resident a new session of these runs is: nil unless both prove their weights.
  ///
  /// The challenges of a resident are counted by its weights, over the session's role and over comparisons that named
  /// no role. A session of the same two weights, envelope, host, environment and engine goes on with the number that
  /// they had, unless one of these was not brought to its end: whoever drops what looks bad and begins anew makes
  /// another attempt.
  func challenge(
    of session: MeasurementSession, _ runs: [Run], _ database: Database
  ) throws -> Int? {
    guard let resident = runs.first(where: { $0.side == .resident }),
      let candidate = runs.first(where: { $0.side == .candidate }),
      case .hashed(let residentWeights, _) = resident.provenance,
      case .hashed(let candidateWeights, _) = candidate.provenance
    else { return nil }
    let query = ChallengeQuery(
      database: database,
      arguments: [
        "candidate": candidateWeights.rawValue, "role": session.role?.rawValue,
        "envelope": session.envelopeHash.rawValue, "host": session.host.fingerprint,
        "environment": session.environment.rawValue, "engine": candidate.engine.name,
        "version": candidate.engine.version, "isa": candidate.engine.instructionSet,
        "threads": candidate.engine.threads, "resident": residentWeights.rawValue,
      ])
    if let number = try query.highestAlike(), try !query.wasDropped(number) { return number }
    return (try query.highest() ?? 0) + 1
  }

  /// The complete sessions that began before it with the same challenge, models and envelope, oldest first.
  public func predecessors(of number: SessionNumber) throws(StoreError) -> [SessionNumber] {
    try read { database in
      try Int64.fetchAll(
        database,
        sql: """
          SELECT earlier.number FROM sessions JOIN sessions earlier
            ON earlier.challenge = sessions.challenge AND earlier.envelope_hash = sessions.envelope_hash
            AND earlier.role IS sessions.role AND earlier.resident IS sessions.resident
            AND earlier.candidate = sessions.candidate AND earlier.started_at_s < sessions.started_at_s
          WHERE sessions.number = ? AND earlier.state = 'complete'
          ORDER BY earlier.started_at_s, earlier.number
          """, arguments: [number.rawValue]
      ).map(SessionNumber.init(rawValue:))
    }
  }

  /// How often a model that a role means was challenged, by that role or without naming one.
  public func challenges(of resident: ModelID, role: Role) throws(StoreError) -> Int {
    try read { database in
      try Int.fetchOne(
        database,
        sql: "SELECT max(challenge) FROM sessions WHERE resident = ? AND (role = ? OR role IS NULL)",
        arguments: [resident.rawValue, role.rawValue]) ?? 0
    }
  }
}
