/// The one row of a file of `verdicts/`.
enum VerdictColumn: String, CaseIterable {
  case schemaVersion = "schema_version"
  case timestamp
  case gitRevision = "git_sha"
  case trigger
  case suite
  case session
  case envelopeHash = "envelope_hash"
  case role
  case resident
  case candidate
  /// Seconds since 1970.
  case recordedAt = "recorded_at"
  case outcome
  case verdict
}
