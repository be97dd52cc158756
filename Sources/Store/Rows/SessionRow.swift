import GRDB
import Measurements

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
  var residentVersion: String
  var state: String
  var challenge: Int?

  enum CodingKeys: String, CodingKey {
    case number, uuid, role, resident, candidate, environment, host, state, challenge
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
    residentVersion = session.residentVersion
    state = MeasurementSession.State.running.rawValue
    challenge = session.challenge
  }

  /// The session, or nil where the row's columns do not make one.
  func session(on host: Host) -> MeasurementSession? {
    guard let environment = EnvironmentClass(rawValue: environment) else { return nil }
    return MeasurementSession(
      uuid: uuid, startedAt: startedAt, envelopeID: envelopeID, envelopeHash: EnvelopeHash(rawValue: envelopeHash),
      role: role.map(Role.init(rawValue:)), resident: resident.map(ModelID.init(rawValue:)),
      candidate: ModelID(rawValue: candidate), orderSeed: UInt64(bitPattern: orderSeed), environment: environment,
      host: host, residentVersion: residentVersion, challenge: challenge)
  }
}
