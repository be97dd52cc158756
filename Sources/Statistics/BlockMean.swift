/// The mean of a series whose neighbouring values depend on each other, with its standard error by batch means.
///
/// The error comes from the means of blocks of consecutive values, which are nearly independent though single tokens of
/// one sentence are not. Source: R. W. Conway, *Management Science* 10 (1963) 47–61.
public struct BlockMean: Sendable, Equatable {
  public let mean: Double
  /// Zero if there are fewer than two blocks.
  public let standardError: Double
  public let blocks: Int

  /// Values per block; the last block may have fewer and counts in proportion.
  public static let blockLength = 32

  /// Zero in all members if there are no values.
  public init(_ values: [Double]) {
    guard !values.isEmpty else {
      (mean, standardError, blocks) = (0, 0, 0)
      return
    }
    let mean = values.reduce(0, +) / Double(values.count)
    var squares = 0.0
    var blocks = 0
    for start in stride(from: 0, to: values.count, by: Self.blockLength) {
      let block = values[start..<min(start + Self.blockLength, values.count)]
      let deviation = block.reduce(0) { $0 + $1 - mean }
      squares += deviation * deviation
      blocks += 1
    }
    self.mean = mean
    self.blocks = blocks
    standardError =
      blocks < 2
      ? 0 : (squares * Double(blocks) / Double(blocks - 1)).squareRoot() / Double(values.count)
  }

  /// The two-sided interval of the mean, by Student's t with one degree of freedom less than blocks.
  ///
  /// - Throws: `tooFewObservations` with fewer than two blocks.
  public func interval(confidence: Double) throws(StatisticsError) -> ConfidenceInterval {
    guard blocks >= 2 else { throw .tooFewObservations(needed: 2, got: blocks) }
    let distance = StudentT(degreesOfFreedom: Double(blocks - 1)).quantile((1 + confidence) / 2) * standardError
    return ConfidenceInterval(lower: mean - distance, upper: mean + distance, confidence: confidence)
  }
}
