import Crypto
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
      var counted = session
      if session.challenge == nil { counted.challenge = try self.challenge(of: session, runs, database) }
      return try self.insert(counted, document, database)
    }
  }

  /// The text of a session's envelope in the form that is hashed.
  ///
  /// - Throws: `envelopeMismatch`, or `invalidValue` for the session.
  static func document(of envelope: JSONValue, for session: MeasurementSession) throws(StoreError) -> String {
    try session.validate()
    let document = envelope.serialized(.canonical)
    let hash = SHA256.hexadecimal(of: Array(document.utf8))
    guard hash == session.envelopeHash.rawValue else {
      throw .envelopeMismatch(stated: session.envelopeHash, actual: .init(rawValue: hash))
    }
    return document
  }

  /// Adds a running session, with its envelope's text and its host.
  func insert(_ session: MeasurementSession, _ document: String, _ database: Database) throws -> SessionNumber {
    let hash = session.envelopeHash.rawValue
    if try !EnvelopeRow.exists(database, key: hash) {
      try EnvelopeRow(hash: hash, document: document).insert(database)
    }
    try Self.insert(session.host, database)
    try SessionRow(session).insert(database)
    return SessionNumber(rawValue: database.lastInsertedRowID)
  }

  private static func insert(_ host: Host, _ database: Database) throws {
    if let known = try HostRow.fetchOne(database, key: host.fingerprint) {
      guard known.host == host else { throw StoreError.hostMismatch(fingerprint: host.fingerprint) }
    } else {
      try HostRow(host).insert(database)
    }
  }
}

extension MeasurementSession {
  fileprivate func validate() throws(StoreError) {
    guard startedAt.isFinite else { throw .invalidValue(of: "the session", problem: "has a start that is not finite") }
    let names = [
      uuid, envelopeID, candidate.rawValue, resident?.rawValue, role?.rawValue, host.fingerprint, residentVersion,
    ]
    for name in names.compactMap(\.self) where name.isEmpty || name.utf8.contains(0) {
      throw .invalidValue(of: "the session", problem: "has a name that is empty or contains U+0000")
    }
  }
}
