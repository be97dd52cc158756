import TestSupport
import Foundation
import JSON
import Testing

@testable import Checkpoint

@Suite("Lanes")
struct LaneTests {
  private let folder: TemporaryFolder
  private let source: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    source = try TemporaryFolder()
  }

  private func convert(_ lane: Lane, from url: URL? = nil, to name: String = "lane") throws -> ModelFolder {
    let target = folder.url.appendingPathComponent(name)
    try ModelFolder(contentsOf: url ?? source.url).write(lane, to: target)
    return try ModelFolder(contentsOf: target)
  }

  private func uniform(_ bits: Int, _ groupSize: Int) throws -> Lane {
    .uniform(try #require(QuantizationFormat(bits: bits, groupSize: groupSize)))
  }

  @Test(
    "A uniform lane quantizes what its groups divide, in the type of the source", arguments: [TensorType.F16, .BF16])
  func uniformLane(type: TensorType) throws {
    try TinyModel.write(to: source, type: type)
    let original = try ModelFolder(contentsOf: source.url)
    let lane = try convert(try uniform(8, 64))
    let up = try lane.weight(of: "up")
    #expect(up.format == QuantizationFormat(bits: 8, groupSize: 64) && up.floatType == type && up.shape == [5, 128])
    let error = zip(up.values, try original.weight(of: "up").values).map { abs($0 - $1) }.max() ?? 1
    #expect(error > 0 && error < 0.01)
    for name in ["odd.weight", "norm.weight"] {
      #expect(try lane.tensor(name).elements(UInt16.self) == original.tensor(name).elements(UInt16.self))
    }
    #expect(lane.config.quantization?.overrides == ["odd": .unquantized])
    #expect(FileManager.default.contentsEqual(atPath: lane.tokenizerURL.path, andPath: original.tokenizerURL.path))
  }

  @Test("The bf16 lane rounds each dequantized weight once")
  func bf16Lane() throws {
    try TinyModel.write(to: source)
    let quantized = try convert(try uniform(4, 32), to: "quantized")
    var config = quantized.config.json
    config["quantization_config"] = config["quantization"]
    try Data(JSONValue.object(config).serialized().utf8).write(to: quantized.url.appendingPathComponent("config.json"))
    let lane = try convert(.bf16, from: quantized.url)
    let exact = try quantized.weight(of: "up").values
    #expect(try lane.tensor("up.weight").elements(UInt16.self) == exact.map(HalfPrecision.bfloat16))
    #expect(lane.tensors.values.allSatisfy { $0.type == .BF16 })
    #expect(lane.config.quantization == nil && lane.config.json["torch_dtype"]?.string == "bfloat16")
  }

  @Test("A quantized source is dequantized and rounded to the type of its scales before it is quantized again")
  func requantizes() throws {
    try TinyModel.write(to: source)
    let first = try convert(try uniform(8, 32), to: "first")
    let plain = try convert(.bf16, from: first.url, to: "plain")
    #expect(try convert(try uniform(4, 64), from: first.url, to: "a").weight(of: "up").floatType == .F16)
    #expect(try convert(try uniform(4, 64), from: plain.url, to: "b").weight(of: "up").floatType == .BF16)
  }

  @Test("The lane's record names its source by the manifest's hash")
  func recordsSource() throws {
    try TinyModel.write(to: source)
    let hash = try WeightManifest(of: ModelFolder(contentsOf: source.url)).hash
    let lane = try convert(try uniform(3, 32))
    let inspection = try ModelInspection(of: lane)
    let format = QuantizationFormat(bits: 3, groupSize: 32)
    #expect(inspection.lane == LaneRecord(lane: "uniform", format: format, source: .manifest(hash: hash)))
  }

  @Test("Layers that the groups do not divide are told and recorded, with the bits per weight that follow")
  func recordsUndivided() throws {
    try TinyModel.write(to: source)
    let lane = try uniform(2, 128)
    let caveats = try ModelFolder(contentsOf: source.url).caveats(of: lane)
    #expect(caveats.undividedLayers == [.init(path: "odd", columnCount: 96, groupSize: 128, bitsPerWeight: 16)])
    let made = try ModelInspection(of: convert(lane))
    #expect(made.lane?.caveats == caveats && made.bitsPerWeight == caveats.bitsPerWeight)
    #expect(caveats.notes[0] == "odd: groups of 128 do not divide 96 columns, kept at 16 bits per weight")
    #expect(try ModelFolder(contentsOf: source.url).caveats(of: try uniform(4, 32)).isEmpty)
  }

  @Test("A router that MLX reads as it stands is not quantized, and its bias keeps its precision")
  func keepsRawRouter() throws {
    try TinyModel.write(to: source)
    let writer = try SafetensorsWriter(
      creating: source("model-router.safetensors"),
      entries: [
        .init(name: "mlp.gate.weight", type: .BF16, shape: [4, 64]),
        .init(name: "mlp.gate.e_score_correction_bias", type: .F32, shape: [4]),
      ])
    try writer.write([UInt16](repeating: 0x3F80, count: 256), to: "mlp.gate.weight")
    try writer.write([Float](repeating: 1.0001, count: 4), to: "mlp.gate.e_score_correction_bias")
    try writer.finish()
    let lane = try convert(try uniform(4, 32))
    #expect(try lane.tensor("mlp.gate.weight").type == .BF16)
    #expect(lane.config.quantization?.overrides == [:])
    #expect(try convert(.bf16, to: "plain").tensor("mlp.gate.e_score_correction_bias").type == .F32)
  }

  @Test("A source that is quantized itself, or was before, is told and recorded")
  func recordsQuantizedSource() throws {
    try TinyModel.write(to: source)
    let first = try convert(try uniform(4, 32), to: "first")
    let second = try convert(try uniform(8, 32), from: first.url, to: "second")
    #expect(try ModelInspection(of: second).lane?.caveats?.sourceFormats == ["affine 4-bit g32"])
    let plain = try convert(.bf16, from: first.url, to: "plain")
    #expect(try ModelInspection(of: plain).lane?.caveats?.sourceFormats == ["affine 4-bit g32"])
    let again = try plain.caveats(of: try uniform(4, 32))
    #expect(again.sourceFormats.isEmpty && again.earlierFormats == ["affine 4-bit g32"])
    #expect(again.notes.count == 1 && again.notes[0].contains("dequantized from affine 4-bit g32"))
  }

  @Test("A second conversion writes the same bytes")
  func isReproducible() throws {
    try TinyModel.write(to: source)
    let hashes = try ["a", "b"].map { try WeightManifest(of: convert(try uniform(5, 32), to: $0)).hash }
    #expect(hashes[0] == hashes[1])
  }

  @Test("Progress ends at the whole, and cancelling leaves nothing behind")
  func reportsAndCancels() throws {
    try TinyModel.write(to: source)
    let model = try ModelFolder(contentsOf: source.url)
    var reports: [ConversionProgress] = []
    let target = folder.url.appendingPathComponent("lane")
    try model.write(.bf16, to: target, progress: { reports.append($0) })
    #expect(reports.map(\.name) == ["norm.weight", "odd", "up"])
    #expect(reports.last?.doneBytes == reports.last?.totalBytes)
    let other = folder.url.appendingPathComponent("other")
    #expect(throws: CheckpointError.cancelled) { try model.write(.bf16, to: other, isCancelled: { true }) }
    #expect(throws: CheckpointError.targetNotEmpty(target.path)) { try model.write(.bf16, to: target) }
    #expect(folder.names == ["lane"])
  }

  @Test("A uniform lane that is not affine is refused")
  func refusesModes() throws {
    try TinyModel.write(to: source)
    let format = try #require(QuantizationFormat(bits: 4, groupSize: 32, mode: .mxfp4))
    #expect(throws: CheckpointError.self) { _ = try convert(.uniform(format)) }
    #expect(folder.names.isEmpty)
  }

  @Test("A full disk is told apart from other failures to write")
  func namesFullDisk() {
    #expect(CheckpointError.writing("f", code: ENOSPC) == .diskFull("f"))
    #expect(CheckpointError.writing("f", code: EROFS) != .diskFull("f"))
  }
}
