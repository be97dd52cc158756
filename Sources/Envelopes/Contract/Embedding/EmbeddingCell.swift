import Measurements

/// Texts whose vectors are timed: one request alone for latency, many at once for the rate of indexing.
public struct EmbeddingCell: Sendable, Equatable {
  /// Which texts of the task.
  public enum Part: String, Sendable, CaseIterable {
    /// Of a routing task.
    case requests
    /// What requests are compared with.
    case skills
    /// Of a retrieval task.
    case queries
    /// Among which the queries' are found.
    case documents
    /// Both texts of each pair of a similarity task.
    case pairs

    fileprivate var kind: AccuracyTask.Kind {
      switch self {
      case .requests, .skills: .routing
      case .queries, .documents: .retrieval
      case .pairs: .similarity
      }
    }

    /// Whether other texts are compared with these.
    public var isIndexed: Bool { self == .skills || self == .documents }
  }

  public var id: CellID
  public var part: Part
  /// Texts of a request.
  public var batch: Int
  /// Requests of each model in a round, which take turns.
  public var turns: Int
  public var texts: [String]

  init?(_ fields: FieldReader, tasks: [AccuracyTask]) {
    let id = fields.identifier("id")
    let name = fields.identifier("task")
    let part = fields.choice("texts", of: Part.allCases)
    let batch = fields.integer("batch", 1...4096)
    let turns = fields.integer("turns", 1...1000)
    let task = tasks.first { $0.id.rawValue == name }
    if let name, let part, task?.kind != part.kind {
      fields.report(
        "task", "there is no \(part.kind.rawValue) task \(Quoted.text(name)), which would have \(part.rawValue)")
    }
    if fields.schema != .rounds { fields.report("id", "is of a cell that needs schema 2: it is measured in rounds") }
    guard let id, let part, let batch, let turns, let task, task.kind == part.kind else { return nil }
    self.id = CellID(rawValue: id)
    self.part = part
    self.batch = batch
    self.turns = turns
    texts = part.isIndexed ? task.indexedTexts : task.itemTexts
  }

  /// The texts of a turn, from 1: they go on where the turn before ended, and the rounds as well.
  public func texts(ofTurn turn: Int, round: Int) -> [String] {
    let first = (round * turns + turn - 1) * batch
    return (0..<batch).map { texts[(first + $0) % texts.count] }
  }

  /// The conditions of its figures, in words.
  public var regime: String {
    "\(part.rawValue), \(Phrase.count(batch, "text")) at once, \(Phrase.count(turns, "request")) a round"
  }

  /// Those that the cell yields: one text alone is about latency, many are about the rate.
  public var metrics: [Metric] { batch == 1 ? [.embedLatencyP50, .embedLatencyP95] : [.embeddedTextsPerSecond] }
}
