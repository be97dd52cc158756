import JSON
import Store

/// A session that runs, with how many samples it will have.
struct RunningSession: Sendable, Equatable {
  let progress: SessionProgress
  /// Samples that the envelope's plan asks for, void blocks not repeated; nil where they are not known.
  ///
  /// A comparison whose evidence is enough ends before.
  let planned: Int?

  var json: JSONValue {
    let last = progress.last
    return [
      "session": .integer(Int(progress.number.rawValue)), "started_at_s": .number(progress.startedAt),
      "role": text(progress.role?.rawValue), "resident": text(progress.resident?.rawValue),
      "candidate": .string(progress.candidate.rawValue), "envelope": .string(progress.envelopeID),
      "samples": .integer(progress.samples), "planned_samples": planned.map { .integer($0) } ?? .null,
      "void_blocks": .integer(progress.voidBlocks), "cell": text(last?.cell.rawValue),
      "block": last.map { .integer($0.block) } ?? .null, "side": text(last?.side?.rawValue),
      "item": text(last?.item), "last_sample_at_s": last.map { .number($0.startedAt) } ?? .null,
    ]
  }

  private func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
}
