import Foundation

/// One block's two measurements of the same cell: the unit of analysis. Both carry the same unit.
public struct MeasurementPair: Sendable, Hashable, Codable {
  public let resident: Double
  public let candidate: Double

  public init(resident: Double, candidate: Double) {
    self.resident = resident
    self.candidate = candidate
  }

  /// log(candidate / resident), above zero when the candidate's value is larger.
  ///
  /// A difference of logarithms: it changes sign exactly when the models are swapped, and no quotient can overflow.
  /// NaN or infinite unless both values are positive and finite.
  public var logRatio: Double {
    log(candidate) - log(resident)
  }

  /// The same block with the models in each other's place.
  public var swapped: MeasurementPair {
    MeasurementPair(resident: candidate, candidate: resident)
  }
}
