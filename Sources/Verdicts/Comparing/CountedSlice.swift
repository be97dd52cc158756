import Foundation
import Measurements

/// The part of a slice that an effect is made of.
struct CountedSlice {
  let tokens: Int
  let nanoseconds: Double

  /// Of the times per token, as a natural logarithm.
  func logRatio(to other: CountedSlice) -> Double {
    log(nanoseconds / other.nanoseconds) - log(Double(tokens) / Double(other.tokens))
  }
}

extension ThroughputReading {
  /// The slices of a phase, in their order; of decoding without the first tokens of each.
  ///
  /// A slice has at least its last token. One whose tokens were all reported at once, so that nothing says when the warm-up
  /// ended, is taken whole.
  func countedSlices(of phase: Slice.Phase, warmUpTokens: Int) -> [CountedSlice] {
    var counted: [CountedSlice] = []
    var start: Int64 = 0
    // The end of the prompt yields the first token.
    var token = 1
    for slice in slices {
      let end = start + slice.nanoseconds
      let warmUp = slice.phase == .decode ? min(warmUpTokens, slice.tokens - 1) : 0
      let warm = warmUp > 0 ? tokenNanoseconds[token + warmUp - 1] : start
      if slice.phase == phase {
        counted.append(
          warm < end
            ? CountedSlice(tokens: slice.tokens - warmUp, nanoseconds: Double(end - warm))
            : CountedSlice(tokens: slice.tokens, nanoseconds: Double(slice.nanoseconds)))
      }
      if slice.phase == .decode { token += slice.tokens }
      start = end
    }
    return counted
  }
}
