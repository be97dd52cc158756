import GRDB
import Measurements
import Vocabulary

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
    let earlier = try Challenge.fetchAll(
      database,
      sql: """
        SELECT
          sessions.challenge AS number, sessions.state = 'complete' AS isComplete,
          theirs.weights_hash = :candidate AND sessions.role IS :role AND sessions.envelope_hash = :envelope
            AND sessions.host = :host AND sessions.environment = :environment
            AND own.engine = :engine AND own.engine_version = :version AND own.instruction_set = :isa
            AND own.threads = :threads AS isAlike
        FROM sessions
        JOIN runs own ON own.session = sessions.number AND own.side = 'resident'
        JOIN runs theirs ON theirs.session = sessions.number AND theirs.side = 'candidate'
        WHERE sessions.challenge IS NOT NULL AND own.weights_hash = :resident
          AND (sessions.role IS :role OR sessions.role IS NULL OR :role IS NULL)
        """,
      arguments: [
        "candidate": candidateWeights.rawValue, "role": session.role?.rawValue,
        "envelope": session.envelopeHash.rawValue, "host": session.host.fingerprint,
        "environment": session.environment.rawValue, "engine": candidate.engine.name,
        "version": candidate.engine.version, "isa": candidate.engine.instructionSet,
        "threads": candidate.engine.threads, "resident": residentWeights.rawValue,
      ])
    let alike = earlier.filter(\.isAlike)
    if let number = alike.map(\.number).max(), alike.allSatisfy({ $0.number < number || $0.isComplete }) {
      return number
    }
    return (earlier.map(\.number).max() ?? 0) + 1
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

private struct Challenge: Codable, FetchableRecord {
  var number: Int
  var isComplete: Bool
  var isAlike: Bool
}
