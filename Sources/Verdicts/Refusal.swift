import Measurements

/// Why evidence may not promote, however good its numbers are.
public enum Refusal: Sendable, Hashable, CustomStringConvertible {
  /// One model was measured alone.
  case noResident
  /// Nobody proved which weights were loaded.
  case unverified(Side, ModelID)
  /// The proof is weaker than the envelope asks for.
  case weakProof(Side, ModelID, found: ProofLevel, needed: ProofLevel)
  /// Both sides loaded the same weights.
  case sameWeights(WeightsHash)
  case otherEngine(resident: EngineBuild, candidate: EngineBuild)
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

  /// A stable name, for programs.
  public var code: String {
    switch self {
    case .noResident: "no_resident"
    case .unverified: "unverified_provenance"
    case .weakProof: "weak_proof"
    case .sameWeights: "same_weights"
    case .otherEngine: "other_engine"
    case .otherEnvelope: "other_envelope"
    case .otherModel: "other_model"
    case .otherRegime: "other_regime"
    case .extraBlocks: "extra_blocks"
    case .strayCell: "stray_samples"
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
