import GRDB
import JSON
import Measurements

/// Looks for earlier challenges of a resident.
///
/// A side's runs are all of the same weights and engine, so its first stands for them.
struct ChallengeQuery {
  let database: Database
  /// The resident's weights and the host, and what a session must share to go on with a challenge.
  let arguments: StatementArguments
  private let admission: ImportAdmission

  /// - Parameter admission: The imports that count; others are of no weight here, whatever numbers they have.
  init(database: Database, arguments: StatementArguments, admitting admission: ImportAdmission) {
    self.database = database
    self.admission = admission
    self.arguments = arguments &+ DecidingSessions(admission: admission).arguments
  }

  /// Whether this database has the session as an attempt: an import that is not admitted is none.
  ///
  /// - Parameter uuid: The session's.
  func isAttempt(_ uuid: String) throws -> Bool {
    try Bool.fetchOne(
      database,
      sql: "SELECT EXISTS (SELECT 1 FROM sessions WHERE uuid = :uuid AND \(DecidingSessions.areAttempts("sessions")))",
      arguments: ["uuid": uuid] &+ DecidingSessions(admission: admission).arguments) ?? false
  }

  static func arguments(
    _ session: MeasurementSession, resident: Run, candidate: Run
  ) -> StatementArguments {
    [
      "host": session.host.fingerprint, "resident": resident.weights?.rawValue,
      "resident_tensors": resident.tensors?.rawValue, "resident_files": resident.fileList,
      "candidate": candidate.weights?.rawValue, "candidate_tensors": candidate.tensors?.rawValue,
      "candidate_files": candidate.fileList, "role": session.role?.rawValue,
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
    WHERE sessions.host = :host AND \(DecidingSessions.areAttempts("sessions")) AND own.weights_hash IN (
      SELECT :resident
      UNION SELECT weights_hash FROM runs WHERE tensors_hash = :resident_tensors AND \(isOfAttempt("runs"))
      UNION SELECT others.weights_hash FROM runs same JOIN runs others ON others.tensors_hash = same.tensors_hash
      WHERE same.weights_hash = :resident AND \(isOfAttempt("same")) AND \(isOfAttempt("others")))
    """

  /// Whether a run may say which files have which tensors: one that was made up would join two residents' challenges.
  private static func isOfAttempt(_ run: String) -> String {
    """
    EXISTS (
      SELECT 1 FROM sessions whole WHERE whole.number = \(run).session AND \(DecidingSessions.areAttempts("whole")))
    """
  }

  /// As `Evidence.continues` but for the time, or a number would be shared without sharing the blocks.
  private static let isAlike = """
    (own.weights_hash = :resident OR ifnull(own.tensors_hash = :resident_tensors, FALSE))
      AND (theirs.weights_hash = :candidate OR ifnull(theirs.tensors_hash = :candidate_tensors, FALSE))
      AND \(Run.filesBesideWeights("own.weight_files")) IS \(Run.filesBesideWeights(":resident_files"))
      AND \(Run.filesBesideWeights("theirs.weight_files")) IS \(Run.filesBesideWeights(":candidate_files"))
      AND sessions.role IS :role AND sessions.envelope_hash = :envelope AND sessions.environment = :environment
      AND own.engine = :resident_engine AND own.engine_version = :resident_version
      AND own.instruction_set = :resident_isa AND own.threads = :resident_threads
      AND theirs.engine = :candidate_engine AND theirs.engine_version = :candidate_version
      AND theirs.instruction_set = :candidate_isa AND theirs.threads = :candidate_threads
    """

  private static let isContinued = "\(isAlike) AND sessions.started_at_s < :started_at"

  /// What the comparisons of one challenge share, as text; the names of their candidate's files do not matter.
  ///
  /// Without tensors it is the number alone: those from before they were hashed were counted by another rule.
  private static let conditions = """
    CASE WHEN own.tensors_hash IS NULL THEN json_array(sessions.challenge) ELSE json_array(
      sessions.challenge, sessions.role, sessions.envelope_hash, sessions.environment,
      own.engine, own.engine_version, own.instruction_set, own.threads,
      theirs.engine, theirs.engine_version, theirs.instruction_set, theirs.threads,
      coalesce(
        theirs.tensors_hash,
        (SELECT max(tensors_hash) FROM runs WHERE weights_hash = theirs.weights_hash AND \(isOfAttempt("runs"))),
        theirs.weights_hash)) END
    """

  /// How many challenges the resident had: the highest number, or the count of different ones if some share a number, as
  /// after a merge.
  func spent() throws -> Int {
    let different = try Int.fetchOne(
      database,
      sql: """
        SELECT count(DISTINCT \(Self.conditions)) \(Self.ofResident)
        AND sessions.challenge >= 1 AND own.tensors_hash IS NOT NULL
        """, arguments: arguments)
    return max(try highest() ?? 0, different ?? 0)
  }

  /// The same over the database and a ledger of the resident's challenges.
  func spent(with kept: ChallengeLedger) throws -> Int {
    let own = try spent()
    guard !kept.records.isEmpty else { return own }
    let known = Set(kept.records.map(\.session))
    let others = records(try all()).filter { !known.contains($0.session) }
    return max(own, ChallengeLedger(kept.records + others).spent)
  }

  /// The resident's newest challenge.
  private func highest() throws -> Int? { try newest("TRUE") }

  /// The newest challenge by the same candidate under the same conditions.
  func highestAlike() throws -> Int? { try newest(Self.isContinued) }

  /// What keeps a comparison from adding to that challenge, as far as this database knows; nil if nothing does.
  func obstacle(to number: Int) throws -> ChallengeOrigin.Obstacle? {
    let conditions: [(obstacle: ChallengeOrigin.Obstacle, sql: String)] = [
      (.setAside, DecidingSessions.areSetAside("sessions")), (.unfinished, "sessions.state <> 'complete'"),
      (.rejected, Self.lastVerdict("outcome = 'reject'")),
      (.refused, Self.lastVerdict("json_array_length(document, '$.refusals') > 0")),
      (.incomplete, Self.lastVerdict("json_array_length(document, '$.gaps') > 0")),
      (.endurance, Self.hasEndurance), (.drawnAnswers, Self.drawsAnswers),
      (.unlike, "(\(Self.isContinued)) IS NOT TRUE"),
    ]
    guard
      let row = try Row.fetchOne(
        database,
        sql: """
          SELECT \(conditions.map { "max(\($0.sql))" }.joined(separator: ", ")) \(Self.ofResident)
          AND sessions.challenge = :number
          """, arguments: arguments &+ ["number": number])
    else { return nil }
    return zip(conditions, row.databaseValues).first { $1 == true.databaseValue }?.0.obstacle
  }

  private static func lastVerdict(_ condition: String) -> String {
    """
    EXISTS (
      SELECT 1 FROM verdicts
      WHERE id = (SELECT max(id) FROM verdicts WHERE session = sessions.number) AND \(condition))
    """
  }

  private static let hasEndurance = """
    EXISTS (SELECT 1 FROM envelopes WHERE hash = :envelope AND json_array_length(document, '$.endurance') > 0)
    """

  private static let drawsAnswers = """
    EXISTS (
      SELECT 1 FROM envelopes
      WHERE hash = :envelope AND json_extract(document, '$.sampling.temperature') > 0
        AND (json_array_length(document, '$.accuracy') > 0
          OR EXISTS (SELECT 1 FROM json_each(document, '$.tool_loops') WHERE json_extract(value, '$.mode') = 'live')))
    """

  /// The comparisons of that challenge that were measured into this database, by UUID, and when they began.
  func measured(of number: Int) throws -> [(uuid: String, startedAt: Double)] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT sessions.uuid, sessions.started_at_s \(Self.ofResident)
        AND sessions.challenge = :number AND sessions.import IS NULL
        """, arguments: arguments &+ ["number": number]
    ).map { ($0["uuid"], $0["started_at_s"]) }
  }

  /// The UUIDs of that challenge's comparisons, oldest first.
  func comparisons(of number: Int) throws -> [String] {
    try String.fetchAll(
      database,
      sql: """
        SELECT sessions.uuid \(Self.ofResident)
        AND sessions.challenge = :number AND \(Self.isAlike) ORDER BY sessions.number
        """, arguments: arguments &+ ["number": number])
  }

  /// The resident's challenges below that one of which the database has no finished comparison: they were not brought to
  /// their end, or are in another database. In ascending order.
  ///
  /// - Parameter elsewhere: Numbers that another database gave.
  func lacking(below number: Int, _ elsewhere: Set<Int>) throws -> [Int] {
    var lacking = Set(try unfinished(below: number))
    for other in elsewhere where other < number && !lacking.contains(other) {
      if try !isFinished(other) { lacking.insert(other) }
    }
    let highest = try highest() ?? 0
    if highest + 1 < number { lacking.formUnion(highest + 1..<number) }
    return lacking.sorted()
  }

  private func unfinished(below number: Int) throws -> [Int] {
    try Int.fetchAll(
      database,
      sql: """
        SELECT DISTINCT sessions.challenge \(Self.ofResident)
        AND sessions.challenge < :number AND sessions.state <> 'complete'
        """, arguments: arguments &+ ["number": number])
  }

  private func isFinished(_ number: Int) throws -> Bool {
    try Bool.fetchOne(
      database,
      sql: """
        SELECT EXISTS (
          SELECT 1 \(Self.ofResident) AND sessions.challenge = :number AND sessions.state = 'complete')
        """, arguments: arguments &+ ["number": number]) ?? false
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

extension ChallengeQuery {
  /// All counted comparisons of the resident, oldest first.
  func all() throws -> [Row] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT sessions.uuid, sessions.challenge, sessions.host, sessions.envelope_hash, sessions.started_at_s,
          own.model AS resident, own.weights_hash AS resident_weights, own.tensors_hash AS resident_tensors,
          theirs.model AS candidate, theirs.weights_hash AS candidate_weights, theirs.tensors_hash AS candidate_tensors,
          \(Self.conditions) AS conditions, ifnull(\(Self.isAlike), FALSE) AS is_alike
        \(Self.ofResident) AND sessions.challenge >= 1 AND theirs.weights_hash IS NOT NULL ORDER BY sessions.number
        """, arguments: arguments)
  }

  func records(_ rows: [Row]) -> [ChallengeRecord] {
    var openers: [String: String] = [:]
    return rows.map { row in
      let (uuid, conditions): (String, String) = (row["uuid"], row["conditions"])
      let opener = openers[conditions, default: uuid]
      openers[conditions] = opener
      return ChallengeRecord(
        number: row["challenge"], session: uuid, opener: opener, host: row["host"],
        envelope: EnvelopeHash(rawValue: row["envelope_hash"]), resident: Self.contender("resident", row),
        candidate: Self.contender("candidate", row), recordedAt: row["started_at_s"])
    }
  }

  /// The UUIDs of comparisons with that number which are of another challenge than that of the arguments.
  ///
  /// Numbers from before tensors were hashed were given by another rule.
  func uuids(_ rows: [Row], ofOthersWith number: Int) -> [String] {
    rows.filter { row in
      let (challenge, isAlike): (Int, Bool) = (row["challenge"], row["is_alike"])
      let tensors: String? = row["resident_tensors"]
      return challenge == number && !isAlike && tensors != nil
    }.map { $0["uuid"] }
  }

  private static func contender(_ name: String, _ row: Row) -> ChallengeRecord.Contender {
    let tensors: String? = row["\(name)_tensors"]
    return ChallengeRecord.Contender(
      model: ModelID(rawValue: row[name]), weights: WeightsHash(rawValue: row["\(name)_weights"]),
      tensors: tensors.map(TensorsHash.init(rawValue:)))
  }
}

extension Run {
  /// What the database keeps of the model's files; nil if the provenance is unverified.
  var fileList: String? {
    guard case .hashed(_, let files, _) = provenance else { return nil }
    return JSONValue.object(files).serialized()
  }

  /// As `Run.hasSameModel` has it, of a column or a parameter with `fileList`.
  static func filesBesideWeights(_ files: String) -> String {
    """
    (SELECT json_group_object(key, value) FROM (
      SELECT key, value FROM json_each(\(files)) WHERE key NOT LIKE '%.safetensors' ORDER BY key))
    """
  }
}
