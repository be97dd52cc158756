import Envelopes
import Measurements
import Verdicts

/// How much the primary objective's log-ratio scatters from round to round on a host.
public struct RoundNoise: Sendable, Equatable {
  /// What says so.
  public enum Source: Sendable, Equatable {
    /// The rounds of stored comparisons under this envelope.
    case rounds(Int, comparisons: Int)
    /// Slices and loads of that many stored requests in slices, whatever their envelope.
    case slices(requests: Int)
    /// No samples, or too few.
    case assumed
  }

  /// The standard deviation, as a natural logarithm, so that 0.02 is about 2 %.
  public let deviation: Double
  public let source: Source

  /// Rounds beyond one per comparison from which on their scatter is taken: those of the shortest plan.
  private static let fewestDegrees = 5

  /// - Parameter comparisons: Stored comparisons of the host, under any envelope.
  init(_ objective: PromotionRule.Objective, of envelope: Envelope, fitting comparisons: [Evidence]) {
    var (squares, degrees, rounds, used) = (0.0, 0, 0, 0)
    for evidence in comparisons where evidence.session.envelopeHash == envelope.hash {
      guard let verdict = try? Judge(VerdictInputs(evidence), under: envelope).verdict(),
        case .ratio(let effect)? = verdict.objectives.first?.effect
      else { continue }
      squares += effect.deviation * effect.deviation * Double(effect.blocks - 1)
      degrees += effect.blocks - 1
      rounds += effect.blocks
      used += 1
    }
    if degrees >= Self.fewestDegrees {
      deviation = (squares / Double(degrees)).squareRoot()
      source = .rounds(rounds, comparisons: used)
      return
    }
    let fitted = NoiseLevels(fittingSlices: comparisons)
    deviation = (fitted ?? .assumed).roundDeviation(of: objective, in: envelope)
    let samples = comparisons.flatMap { $0.residentSamples + $0.candidateSamples }
    let requests = samples.count { $0.throughput.map { !$0.slices.isEmpty } ?? false }
    source = fitted == nil ? .assumed : .slices(requests: requests)
  }
}

extension NoiseLevels {
  /// The standard deviation of a round's log-ratio of an objective over throughput cells.
  ///
  /// The offsets of both loads are the same in all cells. To them comes, for each cell, the scatter of the median over
  /// its pairs of slices, whose variance is π/2 times that of a mean over as many normal values. What slows the host
  /// down for longer than a slice cancels.
  func roundDeviation(of objective: PromotionRule.Objective, in envelope: Envelope) -> Double {
    let total = objective.cells.reduce(0) { $0 + $1.weight }
    var variance = 2 * load * load
    for share in objective.cells {
      guard let cell = envelope.throughput.first(where: { $0.id == share.cell }),
        let length = envelope.plan.slice
      else { continue }
      let pairs = Double(max(SlicedCell(cell, length).sliceCount, 1))
      let weight = share.weight / total
      variance += weight * weight * Double.pi * slice * slice / pairs
    }
    return variance.squareRoot()
  }
}
