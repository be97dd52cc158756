import Checkpoint
import Foundation
import TestSupport
import Testing

@testable import Lanes
@testable import NativeEngine

/// On real weights with little calibration text: whether it works, not how well.
@Suite("Making lanes")
struct LaneMakingTests {
  private func source() throws -> ModelFolder { try ModelFolder(contentsOf: TestModels.imported) }

  private var calibration: CalibrationText { CalibrationText((0..<96).map { Int32(($0 * 7919 + 13) % 40_000) }) }

  @Test("A layer tuned on calibration text keeps the format and size of the uniform lane")
  func tuned() throws {
    let folder = try source()
    let tuner = try LayerTuner(folder, calibration: calibration, threads: 1)
    let path = "model.layers.0.self_attn.k_proj"
    let layer = try folder.layer(path)
    let tuned = try tuner.quantize(path, layer, .standard)
    let plain = try layer.quantized(.standard)
    #expect(tuned.codes.count == plain.codes.count && tuned.scales.count == plain.scales.count)
    #expect(tuned.codes != plain.codes)
  }

  @Test("Running the layers in two parts equals running them at once")
  func layerwise() throws {
    let model = try LayerwiseModel(try source(), threads: 1, sequenceLength: 128)
    let tokens = calibration.sequences[0]
    let embedded = try model.embed(tokens)
    let whole = model.run(0..<model.layerCount, on: embedded)
    let half = model.run(0..<model.layerCount / 2, on: embedded)
    let parts = model.run(model.layerCount / 2..<model.layerCount, on: half)
    #expect(zip(whole.chunks, parts.chunks).allSatisfy { $0.tokens == $1.tokens && $0.values == $1.values })
    #expect(whole.tokenCount == tokens.count)
  }
}
