import Crypto
import GRDB
import JSON
import Measurements
import Platform

extension MeasurementStore {
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

  /// The envelope of that hash.
  ///
  /// - Throws: `StoreError.file` with `damaged` if there is none, or its text is no JSON.
  func envelope(_ hash: String, _ database: Database) throws -> JSONValue {
    try envelopes.value(of: hash) {
      guard let envelope = try EnvelopeRow.fetchOne(database, key: hash)?.envelope else {
        throw damaged("the envelope \(hash.prefix(12))")
      }
      return envelope
    }
  }

  /// Adds a host, unless it is there already.
  ///
  /// - Throws: `hostMismatch`.
  static func insert(_ host: Host, _ database: Database) throws {
    if let known = try HostRow.fetchOne(database, key: host.fingerprint) {
      guard known.host.isSameMachine(as: host) else { throw StoreError.hostMismatch(fingerprint: host.fingerprint) }
    } else {
      try HostRow(host).insert(database)
    }
  }
}

/// An envelope as a row of the table `envelopes`: its hash and its canonical text.
struct EnvelopeRow: Codable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "envelopes"

  var hash: String
  var document: String

  /// Nil if the text is no JSON.
  var envelope: JSONValue? { try? JSONValue(parsing: document) }
}

/// A host as a row of the table `hosts`.
struct HostRow: Codable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "hosts"

  var fingerprint: String
  var operatingSystem: String
  var architecture: String
  var chip: String
  var physicalCores: Int
  var memoryBytes: Int64

  enum CodingKeys: String, CodingKey {
    case fingerprint, architecture, chip
    case operatingSystem = "operating_system"
    case physicalCores = "physical_cores"
    case memoryBytes = "memory_bytes"
  }
}

extension HostRow {
  init(_ host: Host) {
    fingerprint = host.fingerprint
    operatingSystem = host.operatingSystem
    architecture = host.architecture
    chip = host.chip
    physicalCores = host.physicalCores
    memoryBytes = host.memoryBytes
  }

  var host: Host {
    Host(
      fingerprint: fingerprint, operatingSystem: operatingSystem, architecture: architecture, chip: chip,
      physicalCores: physicalCores, memoryBytes: memoryBytes)
  }
}
