import Crypto
import Foundation
import JSON
import Measurements
import Platform

/// The fixed measurement contract: what is measured, how often, and what makes a candidate win.
///
/// It is one JSON file, read by `init(contentsOf:)` and identified by the hash of its content, so that two runs are
/// compared only if every prompt, item, count and margin was the same.
public struct Envelope: Sendable, Equatable {
  public var id: String
  public var version: Int
  /// The file's `description`.
  public var summary: String
  public var sampling: Sampling
  public var throughput: [ThroughputCell]
  public var accuracy: [AccuracyTask]
  /// The loops, each with its trace.
  public var toolLoops: [ToolLoopCell]
  /// Texts whose vectors are timed.
  public var embedding: [EmbeddingCell]
  /// Streams over which memory is watched.
  public var endurance: [EnduranceCell]
  public var plan: Plan
  public var promotion: PromotionRule
  /// What the machine must be like; nil if the envelope sets no limits.
  public var environment: EnvironmentLimits?
  /// SHA-256 of `source` in canonical form.
  public var hash: EnvelopeHash
  /// The whole file: what is stored and exported, so that a verdict can be recomputed.
  public var source: JSONValue

  public var schema: EnvelopeSchema { promotion.schema }
}

/// How an envelope's file is written, and with it how its cells are measured and judged.
public enum EnvelopeSchema: Int, Sendable, CaseIterable {
  /// One load per session, blocks of whole requests, and any one of several objectives wins.
  case blocks = 1
  /// Each round in freshly loaded workers, requests in slices, and one primary objective over all cells wins.
  case rounds = 2
}

/// Opening.
extension Envelope {
  /// The largest file that is read, in bytes.
  package static let sizeLimit = 16 << 20

  /// Reads an envelope from a file.
  ///
  /// - Throws: `EnvelopeError`, with every problem of the content at once.
  public init(contentsOf url: URL) throws(EnvelopeError) {
    let file = url.relativePath
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isDirectory) else {
      throw .unreadable(file: file, reason: "there is no such file")
    }
    guard !isDirectory.boolValue else { throw .unreadable(file: file, reason: "it is a folder") }
    let bytes: [UInt8]
    do throws(FileSystemError) {
      bytes = try RegularFile.read(url.path, upTo: Self.sizeLimit + 1)
    } catch {
      throw .unreadable(file: file, reason: error.reason)
    }
    try self.init(parsing: bytes, file: file)
  }

  /// Reads an envelope from the bytes of a file; `file` names them in messages.
  ///
  /// - Throws: `EnvelopeError`, with every problem of the content at once.
  /// - Complexity: O(*n* log *n*) in bytes.
  public init(parsing bytes: [UInt8], file: String = "envelope.json") throws(EnvelopeError) {
    guard bytes.count <= Self.sizeLimit else { throw .tooLarge(file: file, limit: Self.sizeLimit) }
    let source: JSONValue
    do throws(JSONError) { source = try JSONValue(parsing: bytes) } catch { throw .notJSON(file: file, error) }
    try self.init(source: source, file: file)
  }

  /// Reads an envelope from its JSON value, as it was stored or exported; `file` names it in messages.
  ///
  /// - Throws: `EnvelopeError.invalid`, with every problem at once.
  public init(source: JSONValue, file: String = "stored with the measurements") throws(EnvelopeError) {
    let problems = ProblemList()
    guard let envelope = Envelope(source: source, problems), problems.all.isEmpty else {
      throw .invalid(file: file, problems: problems.all)
    }
    self = envelope
  }
}

/// Fields.
extension Envelope {
  /// Reads the whole file. An unknown schema version is reported alone: what the rest would mean is not guessed.
  private init?(source: JSONValue, _ problems: ProblemList) {
    guard let object = source.object else {
      problems.report("", "the file must be an object, not \(source.kind)")
      return nil
    }
    guard let schema = EnvelopeSchema(of: object, problems) else { return nil }
    let fields = FieldReader(object, path: "", cells: DeclaredCells(source), schema: schema, problems: problems)
    _ = fields.optional("schema")
    problems.reportRepeats(fields.cells.all)
    let id = fields.identifier("id")
    let version = fields.integer("version", 1...1_000_000)
    let summary = fields.text("description")
    fields.checkOrigin()
    let sampling = fields.section("sampling", Sampling.init)
    let throughput = fields.sections("throughput", ThroughputCell.init)
    let accuracy = fields.sections("accuracy", AccuracyTask.init)
    let (toolLoops, endurance) = fields.loopsAndStreams()
    let embedding = fields.embedding(accuracy)
    let plan = fields.section("plan", Plan.init)
    let promotion = fields.section("promotion", PromotionRule.init)
    let environment =
      fields.optional("environment") == nil ? nil : fields.section("environment", EnvironmentLimits.init)
    fields.reportUnknownKeys()
    if schema == .rounds, let throughput, let accuracy, let toolLoops, let embedding, let endurance, let promotion {
      let coverage = GuardrailCoverage(
        throughput: throughput, accuracy: accuracy, toolLoops: toolLoops, embedding: embedding, endurance: endurance,
        rule: promotion)
      for problem in coverage.problems { problems.report("promotion.guardrails", problem) }
    }
    guard let id, let version, let summary, let sampling, let throughput, let accuracy, let toolLoops, let embedding,
      let endurance, let plan, let promotion
    else { return nil }
    self.id = id
    self.version = version
    self.summary = summary
    self.sampling = sampling
    self.throughput = throughput
    self.accuracy = accuracy
    self.toolLoops = toolLoops
    self.embedding = embedding
    self.endurance = endurance
    self.plan = plan
    self.promotion = promotion
    self.environment = environment
    self.hash = EnvelopeHash(canonical: source)
    self.source = source
  }
}

extension FieldReader {
  /// Checks `origin`, which says where content was taken from: for people, so any strings.
  func checkOrigin() {
    guard optional("origin") != nil else { return }
    _ = value("origin", expected: "an object of strings") { json in
      json.object.flatMap { $0.members.allSatisfy { $0.value.string != nil } ? $0 : nil }
    }
  }

  /// The embedding cells, which may be absent; their texts are those of routing tasks.
  fileprivate func embedding(_ tasks: [AccuracyTask]?) -> [EmbeddingCell]? {
    guard optional("embedding") != nil else { return [] }
    return tasks.flatMap { tasks in sections("embedding") { EmbeddingCell($0, tasks: tasks) } }
  }

  /// Tool sets, the traces that use them, and the cells and streams that run those; all of them may be absent.
  fileprivate func loopsAndStreams() -> (loops: [ToolLoopCell]?, streams: [EnduranceCell]?) {
    func optionalSections<Section>(_ key: String, _ read: (FieldReader) -> Section?) -> [Section]? {
      optional(key) == nil ? [] : sections(key, read)
    }
    let sets = optionalSections("tool_sets", ToolSet.init)
    let traces = sets.flatMap { sets in optionalSections("traces") { Trace($0, toolSets: sets) } }
    // If a tool set or a trace has problems, what refers to it is not read, and its keys are not unknown.
    if traces == nil { for key in ["traces", "tool_loops", "endurance"] { _ = optional(key) } }
    let cells = traces.flatMap { traces in optionalSections("tool_loops") { ToolLoopCell($0, traces: traces) } }
    let streams = traces.flatMap { traces in optionalSections("endurance") { EnduranceCell($0, traces: traces) } }
    for key in ["tool_sets", "traces"] { reportRepeats(in: key, of: ["id"]) }
    return (cells, streams)
  }
}

extension EnvelopeSchema {
  /// Nil for a file of another version, which is reported.
  fileprivate init?(of object: JSONObject, _ problems: ProblemList) {
    let known = Self.allCases.map { "\($0.rawValue)" }.joined(separator: " or ")
    let schema = FieldReader(object, problems: problems).value(
      "schema", expected: "\(known), the schema versions that this program reads"
    ) { json -> EnvelopeSchema? in
      if case .integer(let number) = json { Self(rawValue: number) } else { nil }
    }
    guard let schema else { return nil }
    self = schema
  }
}

extension EnvelopeHash {
  /// The SHA-256 of a JSON value's canonical bytes, so that white space and the order of members don't count.
  ///
  /// In Python: `sha256(json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode())`.
  ///
  /// - Complexity: O(*n* log *n*) in the size of the value.
  public init(canonical value: JSONValue) {
    self.init(rawValue: SHA256.hexadecimal(of: Array(value.serialized(.canonical).utf8)))
  }
}
