/// A vector of length 1, or of zeros.
public struct UnitVector: Sendable {
  private let values: [Double]

  public init(_ vector: [Float]) { self.init(vector.map(Double.init)) }

  init(_ vector: [Double]) {
    let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
    values = length > 0 ? vector.map { $0 / length } : vector
  }

  /// In −1...1; 0 if one of the vectors is of zeros.
  ///
  /// - Precondition: Both have as many numbers.
  public func cosine(_ other: UnitVector) -> Double {
    precondition(values.count == other.values.count, "vectors of two lengths")
    return values.withUnsafeBufferPointer { own in
      other.values.withUnsafeBufferPointer { others in
        var sum = 0.0
        for index in own.indices { sum += own[index] * others[index] }
        return sum
      }
    }
  }

  func added(to sum: [Double]) -> [Double] { sum.isEmpty ? values : zip(sum, values).map { $0 + $1 } }
}
