import JSON
import Measurements

extension Envelope {
  /// The version of the file format that this program reads.
  static let schemaVersion = 1

  /// Reads the whole file. What an unknown schema version means is not guessed: it is then the only problem.
  init?(source: JSONValue, _ problems: ProblemList) {
    guard let object = source.object else {
      problems.report("", "the file must be an object, not \(source.kind)")
      return nil
    }
    let fields = FieldReader(object, path: "", cells: DeclaredCells(source), problems: problems)
    guard fields.schemaIsKnown() else { return nil }
    problems.reportRepeats(fields.cells.all)
    let id = fields.identifier("id")
    let version = fields.integer("version", 1...1_000_000)
    let summary = fields.text("description")
    fields.checkOrigin()
    let sampling = fields.section("sampling", Sampling.init)
    let throughput = fields.sections("throughput", ThroughputCell.init)
    let accuracy = fields.sections("accuracy", AccuracyTask.init)
    let toolLoops = fields.toolLoops()
    let plan = fields.section("plan", Plan.init)
    let promotion = fields.section("promotion", PromotionRule.init)
    let environment =
      fields.optional("environment") == nil ? nil : fields.section("environment", EnvironmentLimits.init)
    fields.reportUnknownKeys()
    guard let id, let version, let summary, let sampling, let throughput, let accuracy, let toolLoops, let plan,
      let promotion
    else { return nil }
    self.id = id
    self.version = version
    self.summary = summary
    self.sampling = sampling
    self.throughput = throughput
    self.accuracy = accuracy
    self.toolLoops = toolLoops
    self.plan = plan
    self.promotion = promotion
    self.environment = environment
    self.hash = EnvelopeHash(canonical: source)
    self.source = source
  }
}

extension FieldReader {
  /// Where content was taken from: for people, so any texts.
  func checkOrigin() {
    guard optional("origin") != nil else { return }
    _ = value("origin", expected: "an object of strings") { json in
      json.object.flatMap { $0.members.allSatisfy { $0.value.string != nil } ? $0 : nil }
    }
  }

  /// Tool sets, the traces that use them, and the cells that run those; all three may be absent.
  fileprivate func toolLoops() -> [ToolLoopCell]? {
    func optionalSections<Section>(_ key: String, _ read: (FieldReader) -> Section?) -> [Section]? {
      optional(key) == nil ? [] : sections(key, read)
    }
    let sets = optionalSections("tool_sets", ToolSet.init)
    let traces = sets.flatMap { sets in optionalSections("traces") { Trace($0, toolSets: sets) } }
    // Where a tool set or a trace has problems, what refers to it has none of its own.
    if traces == nil { for key in ["traces", "tool_loops"] { _ = optional(key) } }
    let cells = traces.flatMap { traces in optionalSections("tool_loops") { ToolLoopCell($0, traces: traces) } }
    for key in ["tool_sets", "traces"] { reportRepeats(in: key, of: ["id"]) }
    return cells
  }

  fileprivate func schemaIsKnown() -> Bool {
    let known = Envelope.schemaVersion
    return value("schema", expected: "\(known), the schema version that this program reads") {
      $0 == .integer(known) ? known : nil
    } != nil
  }
}
