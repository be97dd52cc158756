import JSON
import Store

/// One verdict about a comparison.
enum VerdictColumn: String, TableColumn {
  case schemaVersion = "schema_version"
  case timestamp
  case gitRevision = "git_sha"
  case trigger
  case suite
  case session
  case envelopeHash = "envelope_hash"
  case environment = "env_class"
  case hostFingerprint = "host_fingerprint"
  case role
  case resident
  case residentRevision = "resident_revision"
  case candidate
  case candidateRevision = "candidate_revision"
  case engine
  case engineVersion = "engine_version"
  case recordedAt = "recorded_at"
  case outcome
  case verdict

  var definition: ColumnDefinition {
    switch self {
    case .schemaVersion: .always(.integer, "version of the tables")
    case .timestamp: .always(.text, "when it was recorded, UTC")
    case .gitRevision: .always(.text, "revision of the program that exported")
    case .trigger: .always(.text, "what started the export")
    case .suite: .always(.text, "envelope id")
    case .session: .always(.text, "UUID of the session that it is about")
    case .envelopeHash: .always(.text, "SHA-256 of the envelope")
    case .environment: .always(.text, "isolated or under-load")
    case .hostFingerprint: .always(.text, "SHA-256 over the host's description")
    case .role: .optional(.text, "role that the candidate was measured for")
    case .resident: .optional(.text, "model that holds the role")
    case .residentRevision: .optional(.text, "SHA-256 over its files; null where unverified")
    case .candidate: .always(.text, "model that was measured against it")
    case .candidateRevision: .optional(.text, "SHA-256 over its files; null where unverified")
    case .engine: .optional(.text, "engine that measured the candidate")
    case .engineVersion: .optional(.text, "its version")
    case .recordedAt: .always(.number, "seconds since 1970")
    case .outcome: .always(.text, "promote, hold, reject or inconclusive")
    case .verdict: .always(.text, "effects, intervals, guardrails and maturity, as JSON text")
    }
  }
}

/// A verdict as it is exported.
struct VerdictRow {
  /// What the index says of it.
  let entry: IndexEntry.Verdict
  let json: JSONValue

  /// - Throws: `unusableTime`.
  init(
    _ verdict: VerdictRecord, of session: PublicSession, _ redactor: Redactor, stamp: ExportStamp
  ) throws(DatasetError) {
    json = try session.verdictRow(verdict, redactor, stamp)
    entry = .init(
      session: session.session.uuid,
      key: VerdictKey(recordedAt: verdict.recordedAt, outcome: redactor.label(verdict.outcome)))
  }
}

extension PublicSession {
  fileprivate func verdictRow(
    _ verdict: VerdictRecord, _ redactor: Redactor, _ stamp: ExportStamp
  ) throws(DatasetError) -> JSONValue {
    guard let time = UTCTime(verdict.recordedAt) else { throw .unusableTime(number) }
    let resident = runs.first { $0.side == .resident }
    let candidate = runs.first { $0.side == .candidate }
    return .row([
      VerdictColumn.schemaVersion: .integer(datasetSchemaVersion), .timestamp: .string(time.text),
      .gitRevision: .string(stamp.gitRevision), .trigger: .string(stamp.trigger), .suite: .string(session.envelopeID),
      .session: .string(session.uuid), .envelopeHash: .string(session.envelopeHash.rawValue),
      .environment: .string(session.environment.rawValue), .hostFingerprint: .string(session.host.fingerprint),
      .role: .text(session.role?.rawValue), .resident: .text(session.resident?.rawValue),
      .residentRevision: .text(resident?.weights?.rawValue), .candidate: .string(session.candidate.rawValue),
      .candidateRevision: .text(candidate?.weights?.rawValue), .engine: .text(candidate?.engine.name),
      .engineVersion: .text(candidate?.engine.version), .recordedAt: .number(verdict.recordedAt),
      .outcome: .string(redactor.label(verdict.outcome)),
      .verdict: .string(redactor.verdict(verdict.verdict, names: publicNames).serialized()),
    ])
  }

  /// What a message may name: other columns hold all of these.
  private var publicNames: Set<String> {
    cells.names.union([session.candidate.rawValue, session.resident?.rawValue ?? ""])
  }
}

/// A verdict of a dataset.
public struct PublishedVerdict: Sendable {
  /// The shard's path within the dataset.
  public let name: String
  /// The UUID of the session that it is about.
  public let session: String
  /// When it was recorded and its outcome.
  public let key: VerdictKey
  /// The verdict's document, with its public members only.
  public let verdict: JSONValue
}

extension PublishedVerdict {
  /// - Throws: `malformed`.
  init(_ row: TableRow<VerdictColumn>) throws(DatasetError) {
    self.init(
      name: row.name, session: try row.text(.session),
      key: VerdictKey(recordedAt: try row.number(.recordedAt), outcome: try row.text(.outcome)),
      verdict: try row.document(.verdict))
  }
}
