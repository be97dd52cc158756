import JSON
import Measurements

/// What all rows of one run share.
struct RunContext {
  /// In the order of the columns of both tables.
  let values: [String: JSONValue]

  init(_ session: PublicSession, run: Run, number: Int, _ stamp: ExportStamp) {
    let host = session.session.host
    values = [
      MeasurementColumn.schemaVersion: .integer(datasetSchemaVersion), .gitRevision: .string(stamp.gitRevision),
      .trigger: .string(stamp.trigger), .suite: .string(session.session.envelopeID),
      .model: .string(run.model.rawValue), .modelRevision: .text(run.provenance.hash?.rawValue),
      .quantization: .text(run.storageFormat), .operatingSystem: .string(host.operatingSystem),
      .chip: .string(host.chip), .memory: .number(Double(host.memoryBytes) / 1_073_741_824),
      .environment: .string(session.session.environment.rawValue), .seed: session.cells.samplingSeed,
      .tags: .array(Self.tags(session.session, run).map { .string($0) }), .side: .text(run.side?.rawValue),
      .session: .string(session.session.uuid), .run: .integer(number),
      .provenance: .string(run.proof.rawValue), .envelopeHash: .string(session.session.envelopeHash.rawValue),
      .engine: .string(run.engine.name), .engineVersion: .string(run.engine.version),
      .instructionSet: .string(run.engine.instructionSet), .threads: .integer(run.engine.threads),
      .architecture: .string(host.architecture), .physicalCores: .integer(host.physicalCores),
      .hostFingerprint: .string(host.fingerprint),
    ].reduce(into: [:]) { $0[$1.key.rawValue] = $1.value }
  }

  /// The columns of a table that are the run's, between the brackets of a JSON object.
  func members(_ columns: [String]) -> [UInt8] {
    let object = JSONValue.object(JSONObject(columns.map { ($0, values[$0] ?? .null) }))
    return Array(object.serialized().utf8.dropFirst().dropLast())
  }

  static let sampleColumns = SampleColumn.allCases.filter { $0.source == .run }.map(\.rawValue)
  static let measurementColumns = MeasurementColumn.allCases.filter { $0.source == .run }.map(\.rawValue)

  private static func tags(_ session: MeasurementSession, _ run: Run) -> [String] {
    [("role", session.role?.rawValue), ("lane", run.lane), ("resident_version", session.residentVersion)]
      .compactMap { name, value in value.map { "\(name)=\($0)" } }
  }
}
