import Checkpoint
import JSON
import Platform

/// Which layers of a mixed lane get the finer format.
public struct BitAllocation: Sendable, Equatable {
  public let coarse: QuantizationFormat
  public let fine: QuantizationFormat
  /// Paths of the layers in the finer format.
  public let chosen: Set<String>

  /// Spends a budget on layers in order of their benefit, skipping those that no longer fit.
  ///
  /// - Parameter budget: Bytes that the finer format may take beyond the coarser one.
  public init(
    _ layers: [LayerSensitivity], coarse: QuantizationFormat, fine: QuantizationFormat, budget: Int
  ) {
    self.init(
      ordered: layers.sorted { ($1.benefit, $0.path) < ($0.benefit, $1.path) }, coarse: coarse, fine: fine,
      budget: budget)
  }

  /// Spends the same budget on layers drawn at random: the baseline for a measured choice.
  public init(
    drawing seed: UInt64, from layers: [LayerSensitivity], coarse: QuantizationFormat, fine: QuantizationFormat,
    budget: Int
  ) {
    var generator = SplitMix64(seed: seed)
    self.init(
      ordered: layers.map { ($0, generator.next()) }.sorted { $0.1 < $1.1 }.map(\.0), coarse: coarse, fine: fine,
      budget: budget)
  }

  private init(ordered layers: [LayerSensitivity], coarse: QuantizationFormat, fine: QuantizationFormat, budget: Int) {
    (self.coarse, self.fine) = (coarse, fine)
    var left = budget
    var chosen: Set<String> = []
    for layer in layers where layer.extraBytes <= left {
      chosen.insert(layer.path)
      left -= layer.extraBytes
    }
    self.chosen = chosen
  }

  /// The lane with the chosen layers in the finer format.
  public var lane: Lane {
    .mixed(
      QuantizationConfig(
        default: coarse, overrides: Dictionary(uniqueKeysWithValues: chosen.map { ($0, .format(fine)) })))
  }

  /// The bytes beyond the coarse format that a model of that many bits per weight may spend.
  ///
  /// - Parameter uniform: The size of the lane in the coarse format throughout.
  public static func budget(targetBits: Double, uniform: (parameters: Int, bytes: Int)) -> Int {
    max(0, Int(targetBits * Double(uniform.parameters) / 8) - uniform.bytes)
  }
}
