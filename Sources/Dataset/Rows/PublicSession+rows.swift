import JSON
import Measurements
import Store

extension PublicSession {
  func sessionRow(_ stamp: ExportStamp) -> JSONValue {
    let host = session.host
    return .row([
      SessionColumn.schemaVersion: .integer(datasetSchemaVersion), .gitRevision: .string(stamp.gitRevision),
      .trigger: .string(stamp.trigger), .session: .string(session.uuid), .startedAt: .number(session.startedAt),
      .suite: .string(session.envelopeID), .envelopeHash: .string(session.envelopeHash.rawValue),
      .role: .text(session.role?.rawValue), .resident: .text(session.resident?.rawValue),
      .candidate: .string(session.candidate.rawValue), .orderSeed: .string(String(session.orderSeed)),
      .environment: .string(session.environment.rawValue), .residentVersion: .string(session.residentVersion),
      .challenge: .integer(session.challenge), .runs: .integer(runs.count),
      .samples: .integer(samples.reduce(0) { $0 + $1.count }),
      .voidCells: .array(voids.map { .string($0.cell.rawValue) }),
      .voidBlocks: .array(voids.map { .integer($0.block) }), .voidReasons: .array(voids.map { .string($0.reason) }),
      .hostFingerprint: .string(host.fingerprint), .operatingSystem: .string(host.operatingSystem),
      .architecture: .string(host.architecture), .chip: .string(host.chip),
      .physicalCores: .integer(host.physicalCores), .memory: .integer(Int(host.memoryBytes)),
    ])
  }

  func runRow(_ run: Run, number: Int) -> JSONValue {
    var row: [RunColumn: JSONValue] = [
      .schemaVersion: .integer(datasetSchemaVersion), .session: .string(session.uuid), .run: .integer(number),
      .side: .text(run.side?.rawValue), .model: .string(run.model.rawValue),
      .provenance: .string(run.proof.rawValue), .quantization: .text(run.storageFormat), .lane: .text(run.lane),
      .envelopeHash: .string(session.envelopeHash.rawValue), .environment: .string(session.environment.rawValue),
      .engine: .string(run.engine.name), .engineVersion: .string(run.engine.version),
      .instructionSet: .string(run.engine.instructionSet), .threads: .integer(run.engine.threads),
      .load: .number(run.loadSeconds), .readiness: .number(run.readinessSeconds),
      .hostFingerprint: .string(session.host.fingerprint),
      .description: .string(JSONValue.object(run.description).serialized()),
    ]
    if case .hashed(let hash, let files) = run.provenance {
      row[.weightsHash] = .string(hash.rawValue)
      row[.weightFiles] = .string(JSONValue.object(files).serialized())
    }
    return .row(row)
  }

  func envelopeRow(_ envelope: JSONValue) -> JSONValue {
    .row([
      EnvelopeColumn.schemaVersion: .integer(datasetSchemaVersion),
      .envelopeHash: .string(session.envelopeHash.rawValue), .suite: .string(session.envelopeID),
      .envelope: .string(envelope.serialized(.canonical)),
    ])
  }

  /// - Throws: `unusableTime`.
  func verdictRow(
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
      .residentRevision: .text(resident?.provenance.hash?.rawValue), .candidate: .string(session.candidate.rawValue),
      .candidateRevision: .text(candidate?.provenance.hash?.rawValue), .engine: .text(candidate?.engine.name),
      .engineVersion: .text(candidate?.engine.version), .recordedAt: .number(verdict.recordedAt),
      .outcome: .string(redactor.label(verdict.outcome)),
      .verdict: .string(redactor.verdict(verdict.verdict, names: publicNames).serialized()),
    ])
  }

  /// What a message may name: all of these are in other columns.
  private var publicNames: Set<String> {
    cells.names.union([session.candidate.rawValue, session.resident?.rawValue ?? ""])
  }
}
