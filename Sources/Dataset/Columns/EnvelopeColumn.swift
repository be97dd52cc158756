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
