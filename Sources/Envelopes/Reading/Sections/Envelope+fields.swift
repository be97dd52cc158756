import JSON
import Vocabulary

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
    let sampling = fields.section("sampling", Sampling.init)
    let throughput = fields.sections("throughput", ThroughputCell.init)
    let accuracy = fields.sections("accuracy", AccuracyTask.init)
    fields.reserved("tool_loops")
    let plan = fields.section("plan", Plan.init)
    let promotion = fields.section("promotion", PromotionRule.init)
    fields.reportUnknownKeys()
    guard let id, let version, let summary, let sampling, let throughput, let accuracy, let plan, let promotion else {
      return nil
    }
    self.id = id
    self.version = version
    self.summary = summary
    self.sampling = sampling
    self.throughput = throughput
    self.accuracy = accuracy
    self.plan = plan
    self.promotion = promotion
    self.hash = EnvelopeHash(canonical: source)
    self.source = source
  }
}

extension FieldReader {
  fileprivate func schemaIsKnown() -> Bool {
    let known = Envelope.schemaVersion
    return value("schema", expected: "\(known), the schema version that this program reads") {
      $0 == .integer(known) ? known : nil
    } != nil
  }
}
