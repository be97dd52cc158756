import NativeEngine

/// Calibration tokens in sequences that are read apart from each other.
public struct CalibrationText: Sendable {
  public let sequences: [[Int32]]

  /// Tokens of a sequence, but for the last one.
  public static let sequenceLength = 384

  /// - Parameter tokens: Of the whole text.
  public init(_ tokens: [Int32]) {
    sequences = stride(from: 0, to: tokens.count, by: Self.sequenceLength).map {
      Array(tokens[$0..<min($0 + Self.sequenceLength, tokens.count)])
    }
  }

  /// Sequences spread evenly over the text, `count` at most.
  public func sample(_ count: Int) -> [[Int32]] {
    let step = max(1, sequences.count / max(count, 1))
    return Array(stride(from: 0, to: sequences.count, by: step).map { sequences[$0] }.prefix(count))
  }

  public var tokenCount: Int { sequences.reduce(0) { $0 + $1.count } }
}
