import Measurements

/// Makes the Parquet files of a batch from the lines that were written for it.
///
/// Samples are written as facts: one line per sample with the columns of `samples` and `measurements` that differ from
/// sample to sample, and with its figures as two lists. What all rows of a run share is written once, as a context.
enum BatchConversion {
  static let facts = "facts.jsonl"
  static let contexts = "contexts.jsonl"
  /// The columns of these two files that no table of the dataset has.
  static let context = "context"
  static let isSample = "is_sample"
  static let metrics = "metrics"
  static let values = "figures"

  /// The columns of `contexts`, each once.
  static let contextColumns: [(name: String, kind: ColumnDefinition.Kind)] = union(.run)
  private static let factColumns = union(.sample)

  /// The SQL that writes the Parquet file of each of these tables.
  ///
  /// - Parameter folder: The batch's, with the lines.
  static func script(_ folder: String, _ tables: Set<DatasetTable>) -> String {
    var script = DatasetSQL.settings
    for table in DatasetTable.allCases where tables.contains(table) && !isOfSamples(table) {
      script += DatasetSQL.writeParquet(
        "FROM \(DatasetSQL.readJSON("\(folder)/\(table.rawValue).jsonl", table))", path(folder, table))
    }
    guard tables.contains(where: isOfSamples) else { return script }
    let contexts = DatasetSQL.readJSON("\(folder)/\(contexts)", [(context, .integer)] + contextColumns)
    let facts = DatasetSQL.readJSON(
      "\(folder)/\(facts)",
      [(context, .integer), (isSample, .boolean), (metrics, .texts), (values, .numbers)] + factColumns)
    script += "CREATE TEMP TABLE contexts AS FROM \(contexts); CREATE TEMP TABLE facts AS FROM \(facts); "
    script += DatasetSQL.writeParquet(
      """
      SELECT \(list(SampleColumn.allCases.map { ($0.rawValue, $0.source) })) \
      FROM facts JOIN contexts USING (\(context)) WHERE \(isSample)
      """, path(folder, .samples))
    return script
      + DatasetSQL.writeParquet(
        """
        SELECT \(list(MeasurementColumn.allCases.map { ($0.rawValue, $0.source) })) \
        FROM (SELECT *, unnest(\(metrics)) AS metric, unnest(\(values)) AS value FROM facts) facts \
        JOIN contexts USING (\(context))
        """, path(folder, .measurements))
  }

  static func isOfSamples(_ table: DatasetTable) -> Bool { table == .samples || table == .measurements }

  private static func path(_ folder: String, _ table: DatasetTable) -> String { "\(folder)/\(table.rawValue).parquet" }

  private static func list(_ columns: [(name: String, source: ColumnSource)]) -> String {
    columns.map { name, source in
      switch source {
      case .run: "contexts.\(SQL.name(name))"
      case .sample: "facts.\(SQL.name(name))"
      case .figure where name == MeasurementColumn.unit.rawValue: "CASE metric \(units) END AS \(SQL.name(name))"
      case .figure: SQL.name(name)
      }
    }.joined(separator: ", ")
  }

  private static let units =
    Metric.allCases.map { ($0.rawValue, $0.unit) }
    .map { "WHEN \(SQL.literal($0)) THEN \(SQL.literal($1))" }.joined(separator: " ")

  private static func union(_ source: ColumnSource) -> [(name: String, kind: ColumnDefinition.Kind)] {
    let columns =
      SampleColumn.allCases.filter { $0.source == source }.map { ($0.rawValue, $0.definition.kind) }
      + MeasurementColumn.allCases.filter { $0.source == source }.map { ($0.rawValue, $0.definition.kind) }
    var names: Set<String> = []
    return columns.filter { names.insert($0.0).inserted }.map { (name: $0.0, kind: $0.1) }
  }
}

extension ShardBatch {
  /// Writes the context and the facts of a run.
  mutating func addFacts(
    _ session: PublicSession, _ run: Run, start: Int, _ samples: [Sample], _ context: RunContext
  ) throws(DatasetError) {
    let number = nextContext()
    var contexts = LineWriter(includesNulls: true)
    contexts.begin()
    contexts.integer(BatchConversion.context, number)
    contexts.members(context.members(BatchConversion.contextColumns.map(\.name)))
    contexts.end()
    try append(contexts.bytes, to: BatchConversion.contexts)

    var facts = LineWriter(includesNulls: false)
    facts.begin()
    facts.integer(BatchConversion.context, number)
    facts.boolean(BatchConversion.isSample, false)
    facts.coldStart(at: session.startedAt, repetition: start)
    facts.figures(run.load.publishedFigures)
    facts.end()
    for sample in samples {
      guard let time = UTCTime(sample.startedAt) else { throw .unusableTime(session.number) }
      facts.begin()
      facts.integer(BatchConversion.context, number)
      facts.boolean(BatchConversion.isSample, true)
      facts.shared(sample)
      facts.raw(sample)
      facts.measured(
        sample, at: time, concurrency: session.concurrency(of: sample.place),
        void: session.voidReason(of: sample.place))
      facts.figures(sample.publishedFigures)
      facts.end()
    }
    try append(facts.bytes, to: BatchConversion.facts)
  }
}

extension LineWriter {
  /// The figures as lists of equal length.
  fileprivate mutating func figures(_ figures: [PublishedFigure]) {
    texts(BatchConversion.metrics, figures.map { $0.metric?.rawValue })
    // A value that is not finite is null, as in a row of JSON Lines.
    numbers(BatchConversion.values, figures.map { $0.value.flatMap { $0.isFinite ? $0 : nil } })
  }
}
