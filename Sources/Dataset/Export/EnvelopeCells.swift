import JSON
import Measurements
import Store

/// What an envelope's text says about the regime of figures: concurrency, tasks and loops.
struct EnvelopeCells {
  /// Of each throughput cell.
  private let concurrency: [CellID: Int]
  private let tasks: Set<CellID>
  private let loops: Set<CellID>
  /// Names of cells, items, skills and documents. They may be published, since the whole envelope is.
  let names: Set<String>
  let samplingSeed: JSONValue

  init(_ envelope: JSONValue) {
    var concurrency: [CellID: Int] = [:]
    for cell in envelope["throughput"]?.array ?? [] {
      if let id = cell["id"]?.string { concurrency[CellID(rawValue: id)] = cell["concurrency"]?.integer ?? 1 }
    }
    self.concurrency = concurrency
    tasks = Set((envelope["accuracy"]?.array ?? []).compactMap { $0["id"]?.string.map(CellID.init(rawValue:)) })
    let turns = ["tool_loops", "embedding", "endurance"].flatMap { envelope[$0]?.array ?? [] }
    loops = Set(turns.compactMap { $0["id"]?.string.map(CellID.init(rawValue:)) })
    let cells = ["throughput", "accuracy", "tool_loops", "embedding", "endurance"].flatMap { envelope[$0]?.array ?? [] }
    var names = Set(cells.flatMap { [$0["id"], $0["trace"]] }.compactMap { $0?.string })
    for list in ["items", "skills", "documents"] {
      for member in cells.flatMap({ $0[list]?.array ?? [] }) { if let id = member["id"]?.string { names.insert(id) } }
    }
    self.names = names
    samplingSeed = envelope["sampling"]?["seed"] ?? .null
  }

  /// Nil if the envelope has no such throughput cell.
  func concurrency(of cell: CellID) -> Int? { concurrency[cell] }

  /// What a reader would need to know what a sample's figures are about; nil if nothing is missing.
  func missingRegime(of sample: Sample) -> String? {
    switch sample.outcome {
    case .throughput(let reading):
      if concurrency(of: sample.place.cell) == nil { return "a concurrency: the envelope has no such throughput cell" }
      if reading.promptTokens == 0 { return "prompt tokens" }
      return reading.decodeTokens == 0 ? "decoded tokens" : nil
    case .answer, .text, .similarity:
      if !tasks.contains(sample.place.cell) { return "a task: the envelope has no such accuracy task" }
      return sample.place.item == nil ? "an item" : nil
    case .turn(let turn):
      if !loops.contains(sample.place.cell) { return "a loop: the envelope has no such tool loop" }
      return turn.times.promptTokens == 0 ? "prompt tokens" : nil
    case .unscored: return nil
    }
  }
}

/// An envelope as far as an export asks: many sessions share one.
struct ExaminedEnvelope {
  let cells: EnvelopeCells
  /// What in its text would reveal who measured; nil if nothing does.
  private let revelation: String?

  init(_ envelope: JSONValue, _ redactor: Redactor) {
    cells = EnvelopeCells(envelope)
    revelation = redactor.revelation(in: envelope.serialized())
  }

  /// - Throws: `revealingEnvelope`, since an envelope is published whole or not at all.
  func check(for session: SessionNumber) throws(DatasetError) {
    if let revelation { throw .revealingEnvelope(session, what: revelation) }
  }
}

extension PublicSession {
  /// Makes sure that every sample can be exported.
  ///
  /// - Throws: `withoutRegime` for a figure that nobody could interpret, `unusableTime`.
  func checkRegime() throws(DatasetError) {
    for sample in samples.joined() {
      if let missing = cells.missingRegime(of: sample) { throw .withoutRegime(number, sample.place, missing: missing) }
      guard UTCTime(sample.startedAt) != nil else { throw .unusableTime(number) }
    }
  }

  /// Requests at once; nil if the envelope has no such cell.
  func concurrency(of place: Sample.Place) -> Int? {
    place.item == nil && place.round == nil ? cells.concurrency(of: place.cell) : 1
  }
}
