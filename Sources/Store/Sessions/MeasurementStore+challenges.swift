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

/// Looks for earlier challenges of a resident.
///
/// From the newest down and no further than the first that answers: a resident may have been challenged thousands of
/// times, and each comparison asks.
struct ChallengeQuery {
  let database: Database
  /// The weights, the role, and what a session must share to go on with a challenge.
  let arguments: StatementArguments

  private static let ofResident = """
    FROM sessions INDEXED BY sessions_by_challenge
    CROSS JOIN runs own ON own.session = sessions.number AND own.side = 'resident'
    CROSS JOIN runs theirs ON theirs.session = sessions.number AND theirs.side = 'candidate'
    WHERE own.weights_hash = :resident
      AND (sessions.role IS :role OR sessions.role IS NULL OR :role IS NULL)
    """

  private static let isAlike = """
      AND theirs.weights_hash = :candidate AND sessions.role IS :role AND sessions.envelope_hash = :envelope
      AND sessions.host = :host AND sessions.environment = :environment
      AND own.engine = :engine AND own.engine_version = :version AND own.instruction_set = :isa
      AND own.threads = :threads
    """

  /// The resident's newest challenge.
  func highest() throws -> Int? { try newest("") }

  /// The newest challenge by the same candidate under the same conditions.
  func highestAlike() throws -> Int? { try newest(Self.isAlike) }

  /// Whether one of the comparisons of that challenge, under the same conditions, was not brought to its end.
  func wasDropped(_ number: Int) throws -> Bool {
    try Bool.fetchOne(
      database,
      sql: """
        SELECT EXISTS (
          SELECT 1 \(Self.ofResident) \(Self.isAlike)
          AND sessions.challenge = :number AND sessions.state IN ('running', 'interrupted'))
        """, arguments: arguments &+ ["number": number]) ?? false
  }

  private func newest(_ condition: String) throws -> Int? {
    try Int.fetchOne(
      database,
      sql: """
        SELECT sessions.challenge \(Self.ofResident) \(condition)
        AND sessions.challenge IS NOT NULL ORDER BY sessions.challenge DESC LIMIT 1
        """, arguments: arguments)
  }
}
