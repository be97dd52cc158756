import JSON
import Measurements
import Store

extension PublicSession {
  /// The session's context and its samples, without loss.
  func rawShard(_ stamp: ExportStamp) throws(DatasetError) -> Shard {
    var rows = [header(stamp)]
    for sided in samples { rows += sided.samples.map { $0.rawRow(of: sided.side) } }
    return Shard(
      kind: .raw, time: startedAt, stamp: stamp, suite: session.envelopeID, subject: session.candidate.rawValue,
      identity: [SessionColumn.session.rawValue], rows: rows)
  }

  private func header(_ stamp: ExportStamp) -> JSONValue {
    .row([
      SessionColumn.schemaVersion: .integer(datasetSchemaVersion), .gitRevision: .string(stamp.gitRevision),
      .trigger: .string(stamp.trigger), .session: .string(session.uuid), .state: .string(state.rawValue),
      .startedAt: JSONValue(exactly: session.startedAt), .suite: .string(session.envelopeID),
      .envelopeHash: .string(session.envelopeHash.rawValue), .role: .text(session.role?.rawValue),
      .resident: .text(session.resident?.rawValue), .candidate: .string(session.candidate.rawValue),
      .orderSeed: .string(String(session.orderSeed)), .environment: .string(session.environment.rawValue),
      .residentVersion: .string(session.residentVersion),
      .challenge: session.challenge.map { .integer($0) } ?? .null, .host: Self.row(session.host),
      .runs: .array(runs.map(Self.row)), .voids: .array(voids.map(Self.row)), .envelope: envelope,
    ])
  }

  private static func row(_ host: Host) -> JSONValue {
    .row([
      HostColumn.fingerprint: .string(host.fingerprint), .operatingSystem: .string(host.operatingSystem),
      .architecture: .string(host.architecture), .chip: .string(host.chip),
      .physicalCores: .integer(host.physicalCores),
      .memory: .integer(Int(host.memoryBytes)),
    ])
  }

  private static func row(_ run: Run) -> JSONValue {
    var row: [RunColumn: JSONValue] = [
      .side: .text(run.side?.rawValue), .model: .string(run.model.rawValue), .engine: .string(run.engine.name),
      .engineVersion: .string(run.engine.version), .instructionSet: .string(run.engine.instructionSet),
      .threads: .integer(run.engine.threads), .load: JSONValue(exactly: run.loadSeconds),
      .readiness: JSONValue(exactly: run.readinessSeconds), .description: .object(run.description),
    ]
    if case .hashed(let hash, let files) = run.provenance {
      row[.weightsHash] = .string(hash.rawValue)
      row[.weightFiles] = .object(files)
      row[.proof] = .string(run.proof.rawValue)
    }
    return .row(row)
  }

  private static func row(_ void: BlockVoid) -> JSONValue {
    .row([
      VoidColumn.cell: .string(void.cell.rawValue), .block: .integer(void.block), .reason: .string(void.reason),
    ])
  }
}
