import Envelopes
import JSON
import Measurements
import Store
import Synchronization
import Verdicts

/// A session that is being measured.
struct RunningSession: Sendable, Equatable {
  let progress: SessionProgress
  /// Samples of the envelope's plan, void blocks not repeated; nil if the envelope can't be read.
  ///
  /// A comparison ends earlier once its evidence is enough.
  let planned: Int?
  /// What its blocks say so far.
  let evidence: LiveEvidence

  var json: JSONValue {
    let last = progress.last
    return [
      "session": .integer(Int(progress.number.rawValue)), "started_at_s": .number(progress.startedAt),
      "role": .init(progress.role?.rawValue), "resident": .init(progress.resident?.rawValue),
      "candidate": .string(progress.candidate.rawValue), "envelope": .string(progress.envelopeID),
      "samples": .integer(progress.samples), "planned_samples": planned.map { .integer($0) } ?? .null,
      "void_blocks": .integer(progress.voidBlocks), "cell": .init(last?.cell.rawValue),
      "block": last.map { .integer($0.block) } ?? .null, "side": .init(last?.side?.rawValue),
      "item": .init(last?.item), "last_sample_at_s": last.map { .number($0.startedAt) } ?? .null,
      "effects": .array(evidence.rows.map(\.json)),
      "resident_memory_bytes": evidence.memory[.resident].map { .integer(Int($0)) } ?? .null,
      "candidate_memory_bytes": evidence.memory[.candidate].map { .integer(Int($0)) } ?? .null,
    ]
  }
}

/// What the blocks of a running comparison say.
struct LiveEvidence: Sendable, Equatable {
  /// A rule and what became of it so far.
  struct Row: Sendable, Equatable {
    let isObjective: Bool
    let row: EvidenceRow
  }

  /// Objectives before guardrails.
  var rows: [Row] = []
  /// The most bytes that each side held so far.
  var memory: [Side: Int64] = [:]

  /// Nothing: one model alone, or no sample yet.
  static let none = LiveEvidence()
}

extension LiveEvidence {
  /// - Throws: `StoreError.file` if the database can't be read.
  /// - Complexity: O(*n*) in the samples of the session and of those that it continues.
  init(of number: SessionNumber, in store: MeasurementStore, admitting admission: ImportAdmission) throws {
    let inputs: VerdictInputs
    do throws(StoreError) {
      inputs = try store.verdictInputs(of: number, .blocks, admitting: admission)
    } catch {
      // A side may have no run yet.
      if case .file = error { throw error }
      self = .none
      return
    }
    for side in Side.allCases { memory[side] = inputs.evidence.samples(of: side).map(\.peakMemoryBytes).max() }
    // An envelope that can't be read is said where the comparison ends.
    guard let judge = try? Judge(inputs), let standing = try? judge.standing() else { return }
    rows = standing.flatMap { part in part.rows.map { Row(isObjective: part.areObjectives, row: $0) } }
  }
}

/// Keeps what was judged of a running session until it has another block.
final class LiveJudge: Sendable {
  private struct Key: Equatable {
    let number: SessionNumber
    let place: [String]
  }

  private let known = Mutex<(key: Key, evidence: LiveEvidence)?>(nil)

  func evidence(
    of progress: SessionProgress, in store: MeasurementStore, admitting admission: ImportAdmission
  ) throws -> LiveEvidence {
    guard progress.resident != nil, let last = progress.last else { return .none }
    let key = Key(number: progress.number, place: [last.cell.rawValue, "\(last.block)", "\(progress.voidBlocks)"])
    if let known = known.withLock({ $0 }), known.key == key { return known.evidence }
    let evidence = try LiveEvidence(of: progress.number, in: store, admitting: admission)
    known.withLock { $0 = (key, evidence) }
    return evidence
  }
}

extension LiveEvidence.Row {
  fileprivate var json: JSONValue {
    let bar = row.bar
    return [
      "title": .string(row.title), "kind": .string(isObjective ? "objective" : "guardrail"),
      "resident": .string(row.resident), "candidate": .string(row.candidate), "effect": .string(row.effect),
      "limit": .string(row.limit), "state": .string(row.state.rawValue), "value": .init(bar?.estimate),
      "lower": .init(bar.flatMap { $0.isBounded ? $0.lower : nil }),
      "upper": .init(bar.flatMap { $0.isBounded ? $0.upper : nil }), "threshold": .init(bar?.limit),
    ]
  }
}
