/// The tables of the dataset, each a folder of shards.
///
/// The columns of these tables are the list of all that may leave the machine: no row is written by other means.
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
    }
  }

  private static func list<Column: TableColumn>(_: Column.Type) -> [(name: String, definition: ColumnDefinition)] {
    Column.allCases.map { ($0.rawValue, $0.definition) }
  }
}
