import Envelopes
import Measurements

extension Comparison {
  /// Every reason why the evidence may not promote.
  var refusals: [Refusal] {
    identityRefusals + weightsRefusals + envelope.throughput.flatMap(blockRefusals)
      + envelope.replays.flatMap { extraBlocks($0.id) } + strayRefusals
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
    if let resident = evidence.resident.weights, resident == evidence.candidate.weights {
      return [.sameWeights(resident)]
    }
    return Side.allCases.compactMap { side in
      let run = evidence.run(of: side)
      if run.weights == nil { return .unverified(side, run.model) }
      guard let needed = envelope.promotion.proof, run.proof < needed else { return nil }
      return .weakProof(side, run.model, found: run.proof, needed: needed)
    }
  }

  private func blockRefusals(_ cell: ThroughputCell) -> [Refusal] {
    (regimeRefusal(cell).map { [$0] } ?? []) + extraBlocks(cell.id)
  }

  private func extraBlocks(_ cell: CellID) -> [Refusal] {
    let tally = tally(of: cell)
    return tally.used > tally.planned ? [.extraBlocks(cell, scored: tally.used, planned: tally.planned)] : []
  }

  /// All readings must be of the cell's lengths and find the same tokens cached as the resident's first.
  private func regimeRefusal(_ cell: ThroughputCell) -> Refusal? {
    let readings = Side.allCases.flatMap { side in self.readings(of: cell.id, side).map { (side, $0) } }
    let expected = Regime(
      promptTokens: cell.promptTokens, decodeTokens: cell.decodeTokens,
      cachedTokens: readings.first?.1.cachedTokens ?? 0, concurrency: cell.concurrency)
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
      envelope.toolLoops.map { ($0.id, $0.trace.rounds.count) }, uniquingKeysWith: { first, _ in first })
    return Side.allCases.flatMap { side in
      let strays = evidence.samples(of: side).map(\.place).filter { place in
        if let round = place.round {
          return !(1...(rounds[place.cell] ?? 1)).contains(round) || rounds[place.cell] == nil
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

extension Run {
  /// Nil where the provenance is unverified.
  var weights: WeightsHash? {
    guard case .hashed(let hash, _) = provenance else { return nil }
    return hash
  }
}
