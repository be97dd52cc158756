import GRDB
import JSON
import Measurements

extension MeasurementStore {
  /// Starts a session, in the state `running`.
  ///
  /// - Parameters:
  ///   - envelope: The envelope's whole text, whose canonical form has the SHA-256 that the session names.
  ///   - runs: The runs that it will begin with; they decide which challenge of the resident it is.
  /// - Throws: `envelopeMismatch`, `hostMismatch`, `sessionExists`, or `invalidValue` for names that are empty or
  ///   contain U+0000 and for times that are not finite.
  public func open(
    _ session: MeasurementSession, envelope: JSONValue, runs: [Run] = []
  ) throws(StoreError) -> SessionNumber {
    let document = try Self.document(of: envelope, for: session)
    return try write { database in
      guard try SessionRow.filter(Column("uuid") == session.uuid).isEmpty(database) else {
        throw StoreError.sessionExists(uuid: session.uuid)
      }
      return try self.insert(
        try self.counted(session, runs, ChallengeLedger(), .none, database).session, document, database)
    }
  }

  /// Adds a running session, with its envelope's text and its host.
  ///
  /// - Parameter importNumber: The batch that it comes from; nil for a session that is measured here.
  func insert(
    _ session: MeasurementSession, _ document: String, importNumber: Int64? = nil, _ database: Database
  ) throws -> SessionNumber {
    let hash = session.envelopeHash.rawValue
    if try !EnvelopeRow.exists(database, key: hash) {
      try EnvelopeRow(hash: hash, document: document).insert(database)
    }
    try Self.insert(session.host, database)
    var row = SessionRow(session)
    row.importNumber = importNumber
    try row.insert(database)
    return SessionNumber(rawValue: database.lastInsertedRowID)
  }
}

extension MeasurementSession {
  func validate() throws(StoreError) {
    guard startedAt.isFinite else { throw .invalidValue(of: "the session", problem: "has a start that is not finite") }
    let names = [
      uuid, envelopeID, candidate.rawValue, resident?.rawValue, role?.rawValue, host.fingerprint, residentVersion,
    ]
    for name in names.compactMap(\.self) where name.isEmpty || name.utf8.contains(0) {
      throw .invalidValue(of: "the session", problem: "has a name that is empty or contains U+0000")
    }
  }
}

extension MeasurementStore {
  /// Lets an interrupted session, or a running one whose process died, take measurements again.
  ///
  /// - Throws: `cannotChangeState` for a complete one.
  public func resume(_ number: SessionNumber) throws(StoreError) {
    try change(number, to: .running) { $0 != .complete }
  }

  /// Ends a running session as complete, which is final, or as interrupted.
  ///
  /// Ending it again in the same state changes nothing.
  /// - Throws: `cannotChangeState` for a session that doesn't run and for the state `running`.
  public func finish(_ number: SessionNumber, state: MeasurementSession.State) throws(StoreError) {
    try change(number, to: state) { $0 == .running && state != .running }
  }

  private func change(
    _ number: SessionNumber, to state: MeasurementSession.State, where isAllowed: (MeasurementSession.State) -> Bool
  ) throws(StoreError) {
    try write { database in
      let current = try self.state(of: try self.row(of: number, database))
      if current == state, state != .running { return }
      guard isAllowed(current) else { throw StoreError.cannotChangeState(number, from: current, to: state) }
      try database.execute(
        sql: "UPDATE sessions SET state = ? WHERE number = ?", arguments: [state.rawValue, number.rawValue])
    }
  }

  func row(of number: SessionNumber, _ database: Database) throws -> SessionRow {
    guard let row = try SessionRow.fetchOne(database, key: number.rawValue) else {
      throw StoreError.unknownSession(number)
    }
    return row
  }

  func state(of row: SessionRow) throws -> MeasurementSession.State {
    guard let state = MeasurementSession.State(rawValue: row.state) else { throw damaged("session state \(row.state)") }
    return state
  }

  /// The row of a session that must be running.
  func runningRow(of number: SessionNumber, _ database: Database) throws -> SessionRow {
    let row = try row(of: number, database)
    let state = try state(of: row)
    guard state == .running else { throw StoreError.notRunning(number, state) }
    return row
  }
}

extension MeasurementStore {
  /// The newest session of the same models, envelope, role, environment class and host that can be resumed: interrupted, or
  /// running where its process died. One that was set aside is not.
  public func unfinished(like session: MeasurementSession) throws(StoreError) -> SessionNumber? {
    try read { database in
      try Int64.fetchOne(
        database,
        sql: """
          SELECT max(number) FROM sessions
          WHERE state <> 'complete' AND envelope_hash = ? AND role IS ? AND environment = ? AND resident IS ?
            AND candidate = ? AND host = ? AND NOT \(DecidingSessions.areSetAside("sessions"))
          """,
        arguments: [
          session.envelopeHash.rawValue, session.role?.rawValue, session.environment.rawValue,
          session.resident?.rawValue, session.candidate.rawValue, session.host.fingerprint,
        ]
      ).map(SessionNumber.init(rawValue:))
    }
  }

  /// All that is stored of a session but its samples.
  public func session(_ number: SessionNumber) throws(StoreError) -> SessionRecord {
    try read { try self.session(number, $0) }
  }

  func session(_ number: SessionNumber, _ database: Database) throws -> SessionRecord {
    let row = try row(of: number, database)
    let runs = try RunRow.filter(Column("session") == number.rawValue).order(Column("number")).fetchAll(database)
    guard let host = try HostRow.fetchOne(database, key: row.host)?.host, let session = row.session(on: host)
    else { throw damaged("session \(number)") }
    return SessionRecord(
      number: number, session: session, state: try state(of: row), mark: try mark(of: number, database),
      envelope: try envelope(row.envelopeHash, database),
      runs: try runs.map { row in
        guard let run = row.run else { throw self.damaged("a run of session \(number)") }
        return run
      },
      voids: try VoidRow.filter(Column("session") == number.rawValue).order(Column("id")).fetchAll(database)
        .map(\.void))
  }
}

/// All that is stored of one session but its samples.
public struct SessionRecord: Sendable, Equatable {
  public var number: SessionNumber
  public var session: MeasurementSession
  public var state: MeasurementSession.State
  public var mark: SessionMark
  /// The envelope's whole text.
  public var envelope: JSONValue
  /// In the order of loading; a side has more than one where its worker was started anew.
  public var runs: [Run]
  /// In the order of recording.
  public var voids: [BlockVoid]

  /// The run that began that side; nil is the side of a session that measured one model.
  public func run(of side: Side?) -> Run? { runs.first { $0.side == side } }
}

/// A session as a row of the table `sessions`.
struct SessionRow: Codable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "sessions"

  var number: Int64?
  var uuid: String
  var startedAt: Double
  var envelopeID: String
  var envelopeHash: String
  var role: String?
  var resident: String?
  var candidate: String
  var orderSeed: Int64
  var environment: String
  var host: String
  /// Of the host then; null for sessions from before it was recorded with each.
  var operatingSystem: String?
  var residentVersion: String
  var state: String
  var challenge: Int?
  /// Null for sessions from before it was recorded.
  var unfinishedChallenges: String?
  /// The batch that it was merged from; null for a session that was measured here.
  var importNumber: Int64?

  enum CodingKeys: String, CodingKey {
    case number, uuid, role, resident, candidate, environment, host, state, challenge
    case unfinishedChallenges = "unfinished_challenges"
    case importNumber = "import"
    case operatingSystem = "operating_system"
    case startedAt = "started_at_s"
    case envelopeID = "envelope_id"
    case envelopeHash = "envelope_hash"
    case orderSeed = "order_seed"
    case residentVersion = "resident_version"
  }
}

extension SessionRow {
  /// The row of a session that is about to run.
  init(_ session: MeasurementSession) {
    uuid = session.uuid
    startedAt = session.startedAt
    envelopeID = session.envelopeID
    envelopeHash = session.envelopeHash.rawValue
    role = session.role?.rawValue
    resident = session.resident?.rawValue
    candidate = session.candidate.rawValue
    orderSeed = Int64(bitPattern: session.orderSeed)
    environment = session.environment.rawValue
    host = session.host.fingerprint
    operatingSystem = session.host.operatingSystem
    residentVersion = session.residentVersion
    state = MeasurementSession.State.running.rawValue
    challenge = session.challenge
    unfinishedChallenges = JSONValue.array(session.unfinishedChallenges.map { .integer($0) }).serialized()
  }

  /// The session, or nil if the row's columns do not make one.
  func session(on host: Host) -> MeasurementSession? {
    guard let environment = EnvironmentClass(rawValue: environment),
      let unfinished = (try? JSONValue(parsing: unfinishedChallenges ?? "[]"))?.array
    else { return nil }
    var host = host
    host.operatingSystem = operatingSystem ?? host.operatingSystem
    return MeasurementSession(
      uuid: uuid, startedAt: startedAt, envelopeID: envelopeID, envelopeHash: EnvelopeHash(rawValue: envelopeHash),
      role: role.map(Role.init(rawValue:)), resident: resident.map(ModelID.init(rawValue:)),
      candidate: ModelID(rawValue: candidate), orderSeed: UInt64(bitPattern: orderSeed), environment: environment,
      host: host, residentVersion: residentVersion, challenge: challenge,
      unfinishedChallenges: unfinished.compactMap(\.integer))
  }
}
