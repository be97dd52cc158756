import Checkpoint
import Testing

@testable import Lanes

@Suite("Bit allocation")
struct BitAllocationTests {
  private let coarse = QuantizationFormat.standard
  private let layers = [
    LayerSensitivity(path: "large", weightCount: 1000, divergence: 0.9, extraBytes: 500),
    LayerSensitivity(path: "small", weightCount: 100, divergence: 0.2, extraBytes: 50),
    LayerSensitivity(path: "dull", weightCount: 100, divergence: 0.001, extraBytes: 50),
  ]

  private func fine() throws -> QuantizationFormat { try #require(QuantizationFormat(bits: 8, groupSize: 64)) }

  @Test("The budget goes to the layers with the most benefit per byte, then to what still fits")
  func greedy() throws {
    let allocation = BitAllocation(layers, coarse: coarse, fine: try fine(), budget: 120)
    #expect(allocation.chosen == ["small", "dull"])
    #expect(BitAllocation(layers, coarse: coarse, fine: try fine(), budget: 550).chosen == ["small", "large"])
  }

  @Test("A draw is the same for the same seed and keeps to the budget")
  func draws() throws {
    for seed in UInt64(1)...20 {
      let first = BitAllocation(drawing: seed, from: layers, coarse: coarse, fine: try fine(), budget: 120)
      let second = BitAllocation(drawing: seed, from: layers, coarse: coarse, fine: try fine(), budget: 120)
      #expect(first == second && first.chosen == ["small", "dull"])
    }
  }

  @Test("The lane names the chosen layers and no others")
  func lane() throws {
    let allocation = BitAllocation(layers, coarse: coarse, fine: try fine(), budget: 60)
    let expected = QuantizationConfig(default: coarse, overrides: ["small": .format(try fine())])
    #expect(allocation.lane == .mixed(expected))
  }
}
