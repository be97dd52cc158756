import GRDB
import JSON

/// An envelope as a row of the table `envelopes`: its hash and its canonical text.
struct EnvelopeRow: Codable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "envelopes"

  var hash: String
  var document: String

  /// The envelope, or nil where the text is no JSON.
  var envelope: JSONValue? { try? JSONValue(parsing: document) }
}
