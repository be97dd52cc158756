import JSON
import Measurements

/// Where a column's value comes from.
enum ColumnSource: Sendable {
  /// The run: the same in all of its rows.
  case run
  case sample
  /// One of the sample's figures.
  case figure
}

/// What all rows of one run share in `samples` and `measurements`.
struct RunContext {
  /// By column name.
  let values: [String: JSONValue]

  init(_ session: PublicSession, run: Run, number: Int, _ stamp: ExportStamp) {
    let host = session.session.host
    values = [
      MeasurementColumn.schemaVersion: .integer(datasetSchemaVersion), .gitRevision: .string(stamp.gitRevision),
      .trigger: .string(stamp.trigger), .suite: .string(session.session.envelopeID),
      .model: .string(run.model.rawValue), .modelRevision: .text(run.weights?.rawValue),
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

  /// These columns as members of a JSON object, without its brackets.
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
