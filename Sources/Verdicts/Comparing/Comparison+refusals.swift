import Envelopes
import Measurements

/// Why evidence may not promote, however good its numbers are.
public enum Refusal: Sendable, Hashable, CustomStringConvertible {
  /// One model was measured alone.
  case noResident
  /// Nobody proved which weights were loaded.
  case unverified(Side, ModelID)
  /// The proof is weaker than the envelope asks for.
  case weakProof(Side, ModelID, found: ProofLevel, needed: ProofLevel)
  /// Both sides loaded the same files, or the same tensors from other files.
  case sameWeights(WeightsHash)
  case otherEngine(resident: EngineBuild, candidate: EngineBuild)
  /// The workers ran under other conditions, over all loads of the session; values in words, nil where they are not known.
  case otherConditions(WorkerConditions.Trait, resident: String?, candidate: String?)
  /// One side's weights stand in huge pages and the other's do not; shares of the weights, means over loads.
  case otherHugePages(resident: Double, candidate: Double)
  /// One side's worker was kept from the processors; seconds of processor time per second of all its slices.
  case otherProcessorTime(resident: Double, candidate: Double)
  /// The candidate's workers died or hung in more rounds than the resident's. Such rounds are void, so what the model does
  /// then is in no figure.
  case moreWorkerEnds(resident: Int, candidate: Int)
  /// The stored envelope is not the one that the session was measured under.
  case otherEnvelope(measured: EnvelopeHash, stored: EnvelopeHash)
  /// A run is of another model than its session names.
  case otherModel(Side, named: ModelID, measured: ModelID)
  /// Readings of a cell differ in prompt tokens, decoded tokens or cached tokens, or are not what the cell asks for.
  case otherRegime(CellID, Side, measured: Regime, expected: Regime)
  /// More scored blocks than the plan has: whoever goes on measuring until it suits has no valid interval.
  case extraBlocks(CellID, scored: Int, planned: Int)
  /// Samples of cells, items or repetitions that the envelope lacks.
  case strayCell(CellID, Side, samples: Int)
  /// A comparison whose blocks count here, by its UUID, may not promote itself.
  indirect case earlier(String, Refusal)

  /// A stable name, for programs.
  public var code: String {
    switch self {
    case .noResident: "no_resident"
    case .unverified: "unverified_provenance"
    case .weakProof: "weak_proof"
    case .sameWeights: "same_weights"
    case .otherEngine: "other_engine"
    case .otherConditions, .otherHugePages: "other_conditions"
    case .otherProcessorTime: "other_processor_time"
    case .moreWorkerEnds: "worker_ends"
    case .otherEnvelope: "other_envelope"
    case .otherModel: "other_model"
    case .otherRegime: "other_regime"
    case .extraBlocks: "extra_blocks"
    case .strayCell: "stray_samples"
    case .earlier(_, let refusal): refusal.code
    }
  }

  public var description: String {
    switch self {
    case .noResident: "no resident was measured in the session; compare the two in one session"
    case .unverified(let side, let model):
      "it is unverified which weights the \(side.rawValue) \(model) had loaded; use an engine that hashes them"
    case .weakProof(let side, let model, let found, let needed):
      "the weights of the \(side.rawValue) \(model) are known by \(found.rawValue); the envelope asks for \(needed.rawValue)"
    case .sameWeights(let hash): "resident and candidate are the same weights (\(hash.short))"
    case .otherEngine(let resident, let candidate):
      "the resident ran on \(resident.title), the candidate on \(candidate.title); compare on one build"
    case .otherConditions(let trait, let resident, let candidate):
      "the workers differ in \(trait.rawValue): \(resident ?? "unknown") of the resident, \(candidate ?? "unknown") of the"
        + " candidate; run both alike"
    case .otherHugePages(let resident, let candidate):
      "huge pages hold \(Figures.percent(resident)) of the weights of the resident and \(Figures.percent(candidate)) of"
        + " those of the candidate, which changes their speed; measure again"
    case .otherProcessorTime(let resident, let candidate):
      "per second of its slices the worker of the resident had \(Figures.plain(resident)) s of processor time, that of the"
        + " candidate \(Figures.plain(candidate)) s: something slows one side down"
    case .moreWorkerEnds(let resident, let candidate):
      "the worker of the candidate died or hung in \(Figures.count(candidate, "round")), that of the resident in \(resident):"
        + " these are void, so that no figure holds what the candidate does then"
    case .otherEnvelope(let measured, let stored):
      "the session was measured under the envelope \(measured.short), but \(stored.short) is stored with it"
    case .otherModel(let side, let named, let measured):
      "the session names \(named) as \(side.rawValue), but \(measured) was measured"
    case .otherRegime(let cell, let side, let measured, let expected):
      "\(cell) is \(expected), but the \(side.rawValue) has a reading of \(measured)"
    case .extraBlocks(let cell, let scored, let planned):
      "\(cell) has \(scored) scored blocks where \(planned) are planned"
    case .strayCell(let cell, let side, let samples):
      "\(Figures.count(samples, "sample")) of the \(side.rawValue) for \(cell) fit no place in the envelope"
    case .earlier(let session, let refusal): "the blocks of the earlier comparison \(session) count here: \(refusal)"
    }
  }
}

extension EngineBuild {
  /// The build in words.
  var title: String {
    let threads = threads > 0 ? ", \(Figures.count(threads, "thread"))" : ""
    return "\(name) \(version) (\(instructionSet)\(threads))"
  }
}

extension Comparison {
  /// Every reason why the evidence may not promote; that of earlier comparisons counts by its blocks.
  var refusals: [Refusal] {
    refusalsOfBlocks + strayRefusals
      + earlier.flatMap { comparison in
        comparison.refusalsOfBlocks.map { .earlier(comparison.evidence.session.uuid, $0) }
      }
  }

  private var refusalsOfBlocks: [Refusal] {
    identityRefusals + weightsRefusals + conditionsRefusals + envelope.throughput.flatMap(blockRefusals)
      + envelope.replays.flatMap { extraBlocks($0.id) }
  }

  private var identityRefusals: [Refusal] {
    let session = evidence.session
    var refusals: [Refusal] = []
    if session.resident == nil { refusals.append(.noResident) }
    for (side, named) in [(Side.resident, session.resident), (.candidate, session.candidate)] {
      let measured = evidence.run(of: side).model
      if let named, named != measured { refusals.append(.otherModel(side, named: named, measured: measured)) }
    }
    if session.envelopeHash != envelope.hash {
      refusals.append(.otherEnvelope(measured: session.envelopeHash, stored: envelope.hash))
    }
    if evidence.resident.engine != evidence.candidate.engine {
      refusals.append(.otherEngine(resident: evidence.resident.engine, candidate: evidence.candidate.engine))
    }
    return refusals
  }

  private var weightsRefusals: [Refusal] {
    if let resident = evidence.resident.weights, evidence.resident.hasSameWeights(as: evidence.candidate) {
      return [.sameWeights(resident)]
    }
    return Side.allCases.compactMap { side in
      let run = evidence.run(of: side)
      if run.weights == nil { return .unverified(side, run.model) }
      guard let needed = envelope.promotion.proof, run.proof < needed else { return nil }
      return .weakProof(side, run.model, found: run.proof, needed: needed)
    }
  }

  private var conditionsRefusals: [Refusal] {
    guard evidence.session.resident != nil else { return [] }
    var refusals = traitRefusals
    if let resident = hugePageShare(of: .resident), let candidate = hugePageShare(of: .candidate),
      min(resident, candidate) < 0.5, max(resident, candidate) > 0.9
    {
      refusals.append(.otherHugePages(resident: resident, candidate: candidate))
    }
    if let resident = processorShare(of: .resident), let candidate = processorShare(of: .candidate),
      min(resident, candidate) < 0.5 * max(resident, candidate)
    {
      refusals.append(.otherProcessorTime(resident: resident, candidate: candidate))
    }
    let (resident, candidate) = (workerEnds(of: .resident), workerEnds(of: .candidate))
    // One may be an accident.
    if envelope.schema == .rounds, candidate > resident + 1 {
      refusals.append(.moreWorkerEnds(resident: resident, candidate: candidate))
    }
    return refusals
  }

  /// The rounds in which the side's worker died or hung.
  private func workerEnds(of side: Side) -> Int {
    Set(evidence.voids.filter { $0.reason.hasPrefix(BlockVoid.workerEnd(of: side)) }.map(\.block)).count
  }

  /// Processor time per wall time over all slices of a side, void blocks and all; nil if the engine does not report it.
  ///
  /// Nil also for an engine that does not say how many threads it computes with: it may compute elsewhere than on the
  /// processors, and then needs them the more the faster the model is.
  private func processorShare(of side: Side) -> Double? {
    guard evidence.run(of: side).engine.threads > 0 else { return nil }
    var (used, elapsed) = (0.0, 0.0)
    for slice in evidence.samples(of: side).compactMap(\.throughput).flatMap(\.slices) {
      guard let nanoseconds = slice.processorNanoseconds else { continue }
      used += Double(nanoseconds)
      elapsed += Double(slice.nanoseconds)
    }
    return elapsed > 0 ? used / elapsed : nil
  }

  private func blockRefusals(_ cell: ThroughputCell) -> [Refusal] {
    (regimeRefusal(cell).map { [$0] } ?? []) + extraBlocks(cell.id)
  }

  private func extraBlocks(_ cell: CellID) -> [Refusal] {
    let tally = tally(of: cell)
    return tally.used > tally.planned ? [.extraBlocks(cell, scored: tally.used, planned: tally.planned)] : []
  }

  /// All readings must be of the cell's lengths, and of blocks that are not void find as many tokens cached as the cell
  /// declares; cold ones as many as the resident's first, which are what an engine puts before every prompt.
  private func regimeRefusal(_ cell: ThroughputCell) -> Refusal? {
    let void = Set(voids.filter { $0.cell == cell.id }.map(\.block))
    let readings = Side.allCases.flatMap { side in
      blocks[cell.id, default: []].filter { !void.contains($0.number) }.flatMap { $0.readings(of: side) }
        .compactMap { $0 as? ThroughputReading }.map { (side, $0) }
    }
    let expected = Regime(
      promptTokens: cell.promptTokens, decodeTokens: cell.decodeTokens,
      cachedTokens: cell.cachedTokens > 0
        ? cell.cachedTokens
        : min(readings.first?.1.cachedTokens ?? 0, cell.promptTokens / 2),
      concurrency: cell.concurrency)
    for (side, reading) in readings {
      let measured = Regime(reading)
      if measured != expected { return .otherRegime(cell.id, side, measured: measured, expected: expected) }
    }
    return nil
  }

  private var strayRefusals: [Refusal] {
    let throughput = Set(envelope.throughput.map(\.id))
    let items = Dictionary(
      envelope.accuracy.map { ($0.id, Set($0.items.map(\.id))) }, uniquingKeysWith: { first, _ in first })
    let rounds = Dictionary(
      envelope.toolLoops.map { ($0.id, $0.trace.rounds.count) } + envelope.embedding.map { ($0.id, $0.turns) }
        + envelope.endurance.map { ($0.id, $0.requestCount ?? EnduranceCell.mostRequests) },
      uniquingKeysWith: { first, _ in first })
    return Side.allCases.flatMap { side in
      let strays = evidence.samples(of: side).map(\.place).filter { place in
        if let round = place.round {
          guard let count = rounds[place.cell], (1...max(count, 1)).contains(round) else { return true }
          // A round has one pass of a model through a loop.
          return envelope.schema == .rounds && place.repetition != 0
        }
        guard let item = place.item else {
          return !throughput.contains(place.cell) || !Block.repetitions.contains(place.repetition)
        }
        return !(items[place.cell]?.contains(item) ?? false)
      }
      return Dictionary(grouping: strays, by: \.cell).sorted { $0.key < $1.key }
        .map { Refusal.strayCell($0.key, side, samples: $0.value.count) }
    }
  }
}
