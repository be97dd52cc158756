import Foundation

/// Seconds to the first token of a prompt that the engine has seen beside those of prompts that it has not, in pairs.
///
/// A prompt whose work is kept is many times faster, whatever else the machine does; a busy machine makes single requests
/// slower, of either kind. So it takes many pairs of which nearly all say the same, and a large difference.
public struct CacheTiming: Sendable, Equatable {
  /// What the pairs show.
  enum Finding: Sendable {
    /// More pairs are needed.
    case open
    /// What was seen before is no faster than what was not, or not by enough to tell.
    case notShown
    case shown
  }

  private(set) var fresh: [Double] = []
  private(set) var repeated: [Double] = []

  /// Pairs after which a difference that is not even hinted at ends the check.
  static let firstLook = 6
  static let pairs = 24
  /// Of all pairs so many must be faster. Where nothing is kept, so many or more are in 0.3 % of checks (a sign test).
  static let fasterNeeded = 19
  /// Checks in a row that must show it: a false alarm ends a comparison before it begins.
  static let looks = 2
  /// The median of repeated ÷ fresh that is taken for a cache. A prompt rate that is nearly twice too high gives 0.54.
  static let largestRatio = 0.7
  /// The median that hints at nothing.
  private static let clearRatio = 0.85

  mutating func observe(fresh: Double, repeated: Double) {
    self.fresh.append(fresh)
    self.repeated.append(repeated)
  }

  var count: Int { fresh.count }
  /// In how many pairs the repeated prompt was faster.
  var faster: Int { zip(repeated, fresh).count { $0 < $1 } }

  var finding: Finding {
    if count < Self.firstLook { return .open }
    if count == Self.firstLook, lowerMedianRatio > Self.clearRatio { return .notShown }
    if count < Self.pairs { return .open }
    return faster >= Self.fasterNeeded && medianRatio <= Self.largestRatio ? .shown : .notShown
  }

  /// What was seen, in words.
  public var text: String {
    "\(Self.milliseconds(repeated)) where a fresh one takes \(Self.milliseconds(fresh)) to the first token (medians;"
      + " faster in \(faster) of \(count) pairs)"
  }

  private var ratios: [Double] { zip(repeated, fresh).map { $0 / max($1, 1e-9) } }
  private var medianRatio: Double { Self.median(ratios) }
  /// One of few pairs that is far off moves the other middle value.
  private var lowerMedianRatio: Double { ratios.sorted()[(count - 1) / 2] }

  private static func milliseconds(_ seconds: [Double]) -> String { String(format: "%.1f ms", 1000 * median(seconds)) }

  private static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return 1 }
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }
}
