import Envelopes
import Foundation
import Measurements
import Verdicts

/// A throughput cell as simulated workers measure it: one whole request of each model, then one in slices that take turns.
struct SlicedCell: Sendable {
  private struct Shape {
    let phase: Slice.Phase
    let tokens: Int
    /// What it takes the resident undisturbed.
    let nanoseconds: Double
  }

  let id: CellID
  private let promptTokens: Int
  private let decodeTokens: Int
  private let sequences: Int
  private let shapes: [Shape]

  /// What the resident takes for a token, which no ratio depends on: about what a model of 135 million weights takes on two
  /// cores.
  private static let decodeSeconds = 0.01
  private static let promptSeconds = decodeSeconds / 8

  init(_ cell: ThroughputCell, _ slice: SliceLength) {
    id = cell.id
    promptTokens = cell.promptTokens
    decodeTokens = cell.decodeTokens
    sequences = cell.concurrency
    // The prompt's end yields the first token.
    shapes =
      Self.slices(.prefill, cell.promptTokens, of: slice.seconds, secondsPerToken: Self.promptSeconds)
      + Self.slices(
        .decode, cell.decodeTokens - 1, of: slice.seconds, secondsPerToken: Self.decodeSeconds,
        warmUpTokens: slice.warmUpTokens(secondsPerToken: [Self.decodeSeconds]))
  }

  /// Slices of a request.
  var sliceCount: Int { shapes.count }

  private static func slices(
    _ phase: Slice.Phase, _ tokens: Int, of seconds: Double, secondsPerToken: Double, warmUpTokens: Int = 0
  ) -> [Shape] {
    let most = max(Int((seconds / secondsPerToken).rounded()), 1) + warmUpTokens
    return stride(from: 0, to: tokens, by: most).map { start in
      let count = min(most, tokens - start)
      return Shape(phase: phase, tokens: count, nanoseconds: Double(count) * secondsPerToken * 1e9)
    }
  }

  /// Both models' requests of one round.
  ///
  /// As the runner does, it draws the order of a pair of slices and mirrors it for the next pair.
  func measure(
    _ pace: SimulatedCandidate.Pace, _ noise: inout SliceNoise, _ random: inout RandomSource
  ) -> RoundReadings {
    let whole = wholeRequests(pace, &noise, &random)
    let stall = pace.nextRequest(&random)
    var resident = reading
    var candidate = reading
    var isResidentFirst = false
    for (index, shape) in shapes.enumerated() {
      isResidentFirst = index.isMultiple(of: 2) ? random.bool() : !isResidentFirst
      let first = noise.next(isResidentFirst ? .resident : .candidate, isSecondOfPair: false, &random)
      let second = noise.next(isResidentFirst ? .candidate : .resident, isSecondOfPair: true, &random)
      Self.append(shape, isResidentFirst ? first : second, to: &resident)
      Self.append(shape, (isResidentFirst ? second : first) + pace.next(&random) + stall, to: &candidate)
    }
    Self.addTokens(to: &resident)
    Self.addTokens(to: &candidate)
    return RoundReadings(resident: resident, candidate: candidate, wholeNanoseconds: whole)
  }

  /// Nanoseconds of a request of each model, one after the other in an order that is drawn.
  private func wholeRequests(
    _ pace: SimulatedCandidate.Pace, _ noise: inout SliceNoise, _ random: inout RandomSource
  ) -> [Int64] {
    let isResidentFirst = random.bool()
    let sides: [Side] = isResidentFirst ? [.resident, .candidate] : [.candidate, .resident]
    var nanoseconds: [Int64] = [0, 0]
    for side in sides {
      let stall = side == .candidate ? pace.nextRequest(&random) : 0
      var time = 0.0
      for shape in shapes {
        let own = side == .candidate ? pace.next(&random) + stall : 0
        time += shape.nanoseconds * exp(min(noise.next(side, isSecondOfPair: false, &random) + own, 10))
      }
      nanoseconds[side == .resident ? 0 : 1] = Int64(max(time, 1).rounded())
    }
    return nanoseconds
  }

  /// Without times.
  private var reading: ThroughputReading {
    var slices: [Slice] = []
    slices.reserveCapacity(shapes.count)
    var tokens: [Int64] = []
    tokens.reserveCapacity(decodeTokens)
    return ThroughputReading(
      promptTokens: promptTokens, cachedTokens: 0, tokenNanoseconds: tokens, sequences: sequences, slices: slices)
  }

  private static func append(_ shape: Shape, _ slowDown: Double, to reading: inout ThroughputReading) {
    let nanoseconds = Int64(max(shape.nanoseconds * exp(min(slowDown, 10)), 1).rounded())
    reading.slices.append(Slice(phase: shape.phase, tokens: shape.tokens, nanoseconds: nanoseconds))
  }

  /// Spreads the tokens of a slice evenly over its time.
  private static func addTokens(to reading: inout ThroughputReading) {
    var end: Int64 = 0
    for slice in reading.slices where slice.phase == .prefill { end += slice.nanoseconds }
    reading.tokenNanoseconds.append(end)
    for slice in reading.slices where slice.phase == .decode {
      let tokens = Int64(slice.tokens)
      for token in 1...tokens { reading.tokenNanoseconds.append(end + slice.nanoseconds * token / tokens) }
      end += slice.nanoseconds
    }
  }
}
