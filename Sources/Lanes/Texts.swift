/// The texts that ship with the program.
public enum Texts {
  /// What lanes are tuned on: samples of a small model, made by `scripts/make-calibration-text.py`.
  public static var calibration: String { String(decoding: PackageResources.calibration_txt, as: UTF8.self) }

  /// What lanes are judged on, written for it: prose, letters, code, tables, tool calls, arithmetic. No part of it is in
  /// `calibration` or an envelope.
  public static var evaluation: String { String(decoding: PackageResources.evaluation_txt, as: UTF8.self) }
}

/// Calibration tokens, cut into sequences that the model reads independently.
public struct CalibrationText: Sendable {
  public let sequences: [[Int32]]

  /// Tokens per sequence; the last one may have fewer.
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
