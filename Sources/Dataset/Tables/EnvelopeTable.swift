import Crypto
import JSON
import Measurements
import Platform
import Store

/// One measurement contract, whole.
enum EnvelopeColumn: String, TableColumn {
  case schemaVersion = "schema_version"
  case envelopeHash = "envelope_hash"
  case suite
  case envelope

  var definition: ColumnDefinition {
    switch self {
    case .schemaVersion: .always(.integer, "version of the tables")
    case .envelopeHash: .always(.text, "SHA-256 of `envelope`")
    case .suite: .always(.text, "envelope id")
    case .envelope: .always(.text, "the whole contract as canonical JSON text")
    }
  }
}

extension PublicSession {
  func envelopeRow(_ envelope: JSONValue) -> JSONValue {
    .row([
      EnvelopeColumn.schemaVersion: .integer(datasetSchemaVersion),
      .envelopeHash: .string(session.envelopeHash.rawValue), .suite: .string(session.envelopeID),
      .envelope: .string(envelope.serialized(.canonical)),
    ])
  }
}

extension TableRow<EnvelopeColumn> {
  /// The envelope with its hash.
  ///
  /// - Throws: `malformed` also if the envelope has another hash.
  func envelope() throws(DatasetError) -> (hash: EnvelopeHash, envelope: JSONValue) {
    let envelope = try document(.envelope)
    let hash: EnvelopeHash = try identifier(.envelopeHash)
    guard SHA256.hexadecimal(of: Array(envelope.serialized(.canonical).utf8)) == hash.rawValue else {
      throw error("the envelope has another hash than \"\(EnvelopeColumn.envelopeHash.rawValue)\" says")
    }
    return (hash, envelope)
  }
}
