import GRDB
import Measurements

extension MeasurementStore {
  /// The session with the number of the attempt to unseat the resident that it is: none unless both runs prove their
  /// weights.
  ///
  /// The challenges of a resident are counted by its weights over all comparisons of the host, whatever role, envelope,
  /// engine or environment they had and whatever the models were called. A session that adds to earlier blocks goes on
  /// with their number, unless one of these comparisons was not brought to its end: whoever drops what looks bad and
  /// begins anew makes another attempt.
  func counted(
    _ session: MeasurementSession, _ runs: [Run], _ database: Database
  ) throws -> MeasurementSession {
    guard session.challenge == nil, let resident = runs.first(where: { $0.side == .resident }),
      let candidate = runs.first(where: { $0.side == .candidate }), resident.weights != nil, candidate.weights != nil,
      // A model against itself cannot win, so it is no attempt, and the next of these is not its continuation.
      !resident.hasSameWeights(as: candidate)
    else { return session }
    let query = ChallengeQuery(
      database: database, arguments: ChallengeQuery.arguments(session, resident: resident, candidate: candidate))
    var counted = session
    if let number = try query.highestAlike(), try query.goesOn(with: number) {
      counted.challenge = number
    } else {
      counted.challenge = (try query.highest() ?? 0) + 1
    }
    counted.unfinishedChallenges = try query.unfinished(below: counted.challenge ?? 0)
    return counted
  }

  /// How often a model was challenged on a host, by the weights that it had when it was measured there last.
  public func challenges(of model: ModelID, host: String) throws(StoreError) -> Int {
    try read { database in
      let measured = try Row.fetchOne(
        database,
        sql: """
          SELECT weights_hash, tensors_hash FROM runs JOIN sessions ON sessions.number = runs.session
          WHERE runs.model = ? AND sessions.host = ? AND weights_hash IS NOT NULL ORDER BY runs.number DESC LIMIT 1
          """, arguments: [model.rawValue, host])
      guard let measured else { return 0 }
      let (weights, tensors): (String, String?) = (measured["weights_hash"], measured["tensors_hash"])
      let query = ChallengeQuery(
        database: database, arguments: ["host": host, "resident": weights, "resident_tensors": tensors])
      return try query.highest() ?? 0
    }
  }
}

/// Looks for earlier challenges of a resident.
///
/// From the newest down and no further than the first that answers: a resident may have been challenged thousands of
/// times, and each comparison asks. A side's runs are all of the same weights and engine, so its first stands for them.
struct ChallengeQuery {
  let database: Database
  /// The resident's weights and the host, and what a session must share to go on with a challenge.
  let arguments: StatementArguments

  static func arguments(
    _ session: MeasurementSession, resident: Run, candidate: Run
  ) -> StatementArguments {
    [
      "host": session.host.fingerprint, "resident": resident.weights?.rawValue,
      "resident_tensors": resident.tensors?.rawValue, "candidate": candidate.weights?.rawValue,
      "candidate_tensors": candidate.tensors?.rawValue, "role": session.role?.rawValue,
      "envelope": session.envelopeHash.rawValue, "environment": session.environment.rawValue,
      "started_at": session.startedAt, "resident_engine": resident.engine.name,
      "resident_version": resident.engine.version, "resident_isa": resident.engine.instructionSet,
      "resident_threads": resident.engine.threads, "candidate_engine": candidate.engine.name,
      "candidate_version": candidate.engine.version, "candidate_isa": candidate.engine.instructionSet,
      "candidate_threads": candidate.engine.threads,
    ]
  }

  /// The resident's weights under every name of files: those of the same tensors are the same weights.
  private static let ofResident = """
    FROM sessions INDEXED BY sessions_by_challenge
    CROSS JOIN runs own
      ON own.number = (SELECT min(number) FROM runs WHERE session = sessions.number AND side = 'resident')
    LEFT JOIN runs theirs
      ON theirs.number = (SELECT min(number) FROM runs WHERE session = sessions.number AND side = 'candidate')
    WHERE sessions.host = :host AND own.weights_hash IN (
      SELECT :resident
      UNION SELECT weights_hash FROM runs WHERE tensors_hash = :resident_tensors
      UNION SELECT others.weights_hash FROM runs same JOIN runs others ON others.tensors_hash = same.tensors_hash
      WHERE same.weights_hash = :resident)
    """

  /// As `Evidence.continues`, or a number would be shared without sharing the blocks.
  private static let isAlike = """
    (own.weights_hash = :resident OR ifnull(own.tensors_hash = :resident_tensors, FALSE))
      AND (theirs.weights_hash = :candidate OR ifnull(theirs.tensors_hash = :candidate_tensors, FALSE))
      AND sessions.role IS :role AND sessions.envelope_hash = :envelope AND sessions.environment = :environment
      AND sessions.started_at_s < :started_at
      AND own.engine = :resident_engine AND own.engine_version = :resident_version
      AND own.instruction_set = :resident_isa AND own.threads = :resident_threads
      AND theirs.engine = :candidate_engine AND theirs.engine_version = :candidate_version
      AND theirs.instruction_set = :candidate_isa AND theirs.threads = :candidate_threads
    """

  /// The resident's newest challenge.
  func highest() throws -> Int? { try newest("TRUE") }

  /// The newest challenge by the same candidate under the same conditions.
  func highestAlike() throws -> Int? { try newest(Self.isAlike) }

  /// Whether all comparisons of that challenge are alike and were brought to their end.
  func goesOn(with number: Int) throws -> Bool {
    try Bool.fetchOne(
      database,
      sql: """
        SELECT NOT EXISTS (
          SELECT 1 \(Self.ofResident) AND sessions.challenge = :number
          AND (sessions.state <> 'complete' OR (\(Self.isAlike)) IS NOT TRUE))
        """, arguments: arguments &+ ["number": number]) ?? false
  }

  /// The resident's challenges below that one with a comparison that was not brought to its end, in ascending order.
  func unfinished(below number: Int) throws -> [Int] {
    try Int.fetchAll(
      database,
      sql: """
        SELECT DISTINCT sessions.challenge \(Self.ofResident)
        AND sessions.challenge < :number AND sessions.state <> 'complete' ORDER BY sessions.challenge
        """, arguments: arguments &+ ["number": number])
  }

  private func newest(_ condition: String) throws -> Int? {
    try Int.fetchOne(
      database,
      sql: """
        SELECT sessions.challenge \(Self.ofResident) AND \(condition)
        AND sessions.challenge IS NOT NULL ORDER BY sessions.challenge DESC LIMIT 1
        """, arguments: arguments)
  }
}
