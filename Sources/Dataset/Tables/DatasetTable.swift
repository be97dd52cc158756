import JSON

/// The version of all tables of the dataset.
let datasetSchemaVersion = 2

/// The tables of the dataset, each a folder of shards.
///
/// Their columns are all that may leave the machine: no row is written by other means.
public enum DatasetTable: String, Sendable, CaseIterable {
  case measurements
  case samples
  case verdicts
  case sessions
  case runs
  case envelopes
  case incidents
  case hostReadings = "host_readings"
  case memoryTraces = "memory_traces"
  case setAsides = "set_asides"

  /// What a row is.
  public var summary: String {
    switch self {
    case .measurements: "one figure of one measurement, with the context repeated so that a reader needs no join"
    case .samples: "one repetition as it was measured, without loss: what verdicts are computed from"
    case .verdicts: "one verdict about a comparison, whatever its outcome"
    case .sessions: "one comparison of two models, or one model's measurements"
    case .runs: "one loading of a model: weights, engine build and cold start"
    case .envelopes: "one measurement contract: workloads, plan and promotion rule"
    case .incidents: "something that went otherwise than planned in a session"
    case .hostReadings: "the machine as one block found it"
    case .memoryTraces: "memory through one block, second by second"
    case .setAsides: "that a session was taken out of every decision, or let in again"
    }
  }

  /// The columns in order, by name.
  public var columns: [(name: String, definition: ColumnDefinition)] {
    switch self {
    case .measurements: Self.list(MeasurementColumn.self)
    case .samples: Self.list(SampleColumn.self)
    case .verdicts: Self.list(VerdictColumn.self)
    case .sessions: Self.list(SessionColumn.self)
    case .runs: Self.list(RunColumn.self)
    case .envelopes: Self.list(EnvelopeColumn.self)
    case .incidents: Self.list(IncidentColumn.self)
    case .hostReadings: Self.list(HostReadingColumn.self)
    case .memoryTraces: Self.list(MemoryTraceColumn.self)
    case .setAsides: Self.list(SetAsideColumn.self)
    }
  }

  private static func list<Column: TableColumn>(_: Column.Type) -> [(name: String, definition: ColumnDefinition)] {
    Column.allCases.map { ($0.rawValue, $0.definition) }
  }
}

/// The columns of a table, in order.
public protocol TableColumn: CaseIterable, Hashable, RawRepresentable<String>, Sendable {
  var definition: ColumnDefinition { get }
}

/// What a column holds.
public struct ColumnDefinition: Sendable, Equatable {
  /// The type of a column's values, the same in Parquet and in JSON Lines.
  public enum Kind: String, Sendable, CaseIterable {
    case text, integer, number, boolean
    case texts, integers, numbers
  }

  public var kind: Kind
  /// Whether a value may be null.
  public var isOptional: Bool
  /// Whether the table got the column later, so that older shards, which are never rewritten, lack it.
  public var isLater: Bool
  public var summary: String

  private init(_ kind: Kind, _ summary: String, _ isOptional: Bool, isLater: Bool = false) {
    self.kind = kind
    self.isOptional = isOptional
    self.isLater = isLater
    self.summary = summary
  }

  static func always(_ kind: Kind, _ summary: String) -> Self { .init(kind, summary, false) }
  static func optional(_ kind: Kind, _ summary: String) -> Self { .init(kind, summary, true) }
  static func later(_ kind: Kind, _ summary: String) -> Self { .init(kind, summary, true, isLater: true) }
}

extension DatasetTable {
  /// The JSON Schema of a row.
  var schema: JSONValue {
    let properties = columns.map { name, definition -> (String, JSONValue) in (name, definition.schema) }
    return [
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": .string(rawValue), "description": .string(summary), "type": "object",
      "properties": .object(JSONObject(properties)),
      "required": .array(columns.filter { !$0.definition.isLater }.map { .string($0.name) }),
      "additionalProperties": false,
    ]
  }
}

extension ColumnDefinition {
  fileprivate var schema: JSONValue {
    var members: [(String, JSONValue)] = [("description", .string(summary))]
    let type = kind.schemaType
    members.append(("type", isOptional ? [.string(type), "null"] : .string(type)))
    if let element = kind.elementSchema { members.append(("items", element)) }
    return .object(JSONObject(members))
  }
}

extension ColumnDefinition.Kind {
  fileprivate var schemaType: String {
    switch self {
    case .text: "string"
    case .integer: "integer"
    case .number: "number"
    case .boolean: "boolean"
    case .texts, .integers, .numbers: "array"
    }
  }

  /// The schema of a list's elements. Infinities and NaN, which JSON lacks, are strings.
  fileprivate var elementSchema: JSONValue? {
    switch self {
    case .texts: ["type": "string"]
    case .integers: ["type": "integer"]
    case .numbers: ["anyOf": [["type": "number"], ["enum": ["inf", "-inf", "nan"]]]]
    default: nil
    }
  }
}
