import Envelopes
import Foundation

/// A candidate that must not be promoted, though part of what it does is faster.
public enum HarmfulCandidate: String, Sendable, CaseIterable {
  /// A tenth of its slices take two to three times as long as the resident's, the others are 10 % faster: 7 % slower in
  /// total.
  case stalling
  /// A tenth of its requests take two to three times as long, the others are 10 % faster: 5 % slower in total.
  case stallingRequests = "stalling_requests"
  /// One in fifty of its slices takes five times as long, the others are 3 % faster: 5 % slower in total.
  case rareStalls = "rare_stalls"
  /// It takes 0.5 % longer in everything.
  case slower
  /// It is 39 % slower in the first cell of the primary objective, and faster in the others by so much that the objective
  /// is 2 % better.
  case uneven
}

/// How a simulated candidate differs from the resident.
struct SimulatedCandidate: Sendable {
  /// How long its slices of a cell take, as multiples of the resident's.
  struct Pace: Sendable {
    /// The logarithm of the usual multiple.
    var logTime = 0.0
    /// The share of slices that stall instead, and how many times longer these take.
    var stallShare = 0.0
    var stall: ClosedRange<Double> = 1...1
    /// The share of requests that take two to three times as long.
    var requestStallShare = 0.0

    /// The logarithm of the multiple of the next request.
    func nextRequest(_ random: inout RandomSource) -> Double {
      guard requestStallShare > 0, random.uniform() < requestStallShare else { return 0 }
      return log(2 + random.uniform())
    }

    /// The logarithm of the multiple of the next slice.
    func next(_ random: inout RandomSource) -> Double {
      guard stallShare > 0, random.uniform() < stallShare else { return logTime }
      return log(stall.lowerBound + (stall.upperBound - stall.lowerBound) * random.uniform())
    }
  }

  /// One for each of the envelope's throughput cells, in their order.
  let paces: [Pace]
  /// Tells its random numbers from those of other candidates.
  let stream: UInt64

  /// - Parameter gain: How many times faster it is in everything, minus 1.
  init(gain: Double, in envelope: Envelope) {
    paces = envelope.throughput.map { _ in Pace(logTime: -log1p(gain)) }
    stream = UInt64(bitPattern: Int64(gain * 1e6)) &* 0x9E37_79B9
  }

  /// Nil where the envelope has no such candidate: one that is uneven needs an objective over two cells.
  init?(_ harm: HarmfulCandidate, in envelope: Envelope) {
    func everywhere(_ pace: Pace) -> [Pace] { envelope.throughput.map { _ in pace } }
    switch harm {
    case .stalling: paces = everywhere(Pace(logTime: -log1p(0.1), stallShare: 0.1, stall: 2...3))
    case .stallingRequests: paces = everywhere(Pace(logTime: -log1p(0.1), requestStallShare: 0.1))
    case .rareStalls: paces = everywhere(Pace(logTime: -log1p(0.03), stallShare: 0.02, stall: 5...5))
    case .slower: paces = everywhere(Pace(logTime: log1p(0.005)))
    case .uneven:
      guard let primary = envelope.promotion.objectives.first(where: { $0.metric.isOfThroughput }),
        primary.cells.count > 1
      else { return nil }
      let weights = primary.cells.map(\.weight)
      let loss = log1p(-0.39)
      let others = weights.dropFirst().reduce(0, +)
      let gain = (log1p(0.02) * (weights[0] + others) - loss * weights[0]) / others
      paces = envelope.throughput.map { Pace(logTime: $0.id == primary.cells[0].cell ? -loss : -gain) }
    }
    stream = UInt64(1 + (HarmfulCandidate.allCases.firstIndex(of: harm) ?? 0)) << 48
  }
}
