import TestSupport
import Foundation
import JSON
import Testing

@testable import Checkpoint

@Suite("Model folders")
struct ModelFolderTests {
  private let byte = #"{"dtype":"U8","shape":[1],"data_offsets":[0,1]}"#

  @Test("Weights of several files are merged, and a file of another name is left out and named")
  func merges() throws {
    let folder = try TemporaryFolder()
    try folder.write(TinyModel.config, to: "config.json")
    _ = try folder.write(safetensors(#"{"a":\#(byte)}"#, data: [1]), to: "model-00001-of-00002.safetensors")
    _ = try folder.write(safetensors(#"{"b":\#(byte)}"#, data: [2]), to: "model-00002-of-00002.safetensors")
    _ = try folder.write(safetensors(#"{"c":\#(byte)}"#, data: [2]), to: "adapter.safetensors")
    let model = try ModelFolder(contentsOf: folder.url)
    #expect(model.tensors.keys.sorted() == ["a", "b"] && model.weightFiles.count == 2)
    #expect(throws: CheckpointError.missingTensor("c", file: folder.url.path)) { _ = try model.tensor("c") }
    #expect(model.warnings == [.unloadedFiles(["adapter.safetensors"])])
  }

  @Test("Shards load by their index, which must name the files that mlx-lm loads")
  func respectsIndex() throws {
    let folder = try TemporaryFolder()
    let index = "model.safetensors.index.json"
    try folder.write(TinyModel.config, to: "config.json")
    try folder.write(safetensors(#"{"a":\#(byte)}"#, data: [1]), to: "model-1.safetensors")
    try folder.write(safetensors(#"{"b":\#(byte)}"#, data: [2]), to: "model-2.safetensors")
    try folder.write(#"{"weight_map":{"a":"model-1.safetensors","b":"model-2.safetensors"}}"#, to: index)
    #expect(try ModelFolder(contentsOf: folder.url).tensors["b"]?.elements(UInt8.self) == [2])
    try folder.write(#"{"weight_map":{"c":"model-1.safetensors","b":"model-2.safetensors"}}"#, to: index)
    #expect(throws: CheckpointError.missingTensor("c", file: folder("model-1.safetensors").path)) {
      _ = try ModelFolder(contentsOf: folder.url)
    }
    try folder.write(#"{"weight_map":{"a":"./model-1.safetensors"}}"#, to: index)
    #expect(
      throws: CheckpointError.field(
        file: folder(index).path, name: "weight_map.a", problem: "is not the name of a weight file")
    ) { _ = try ModelFolder(contentsOf: folder.url) }
  }

  @Test(
    "An index that names other files than mlx-lm loads is refused, with the files",
    arguments: [
      (#"{"a":"model-1.safetensors"}"#, "leaves out model.safetensors"),
      (#"{"a":"model-2.safetensors"}"#, "names model-2.safetensors, which is missing"),
      (
        #"{"a":"model-1.safetensors","b":"model.safetensors","c":"other.safetensors"}"#,
        "names other.safetensors, which mlx-lm does not load"
      ),
    ])
  func refusesStrays(map: String, problem: String) throws {
    let folder = try TemporaryFolder()
    try folder.write(TinyModel.config, to: "config.json")
    for (tensor, file) in [("a", "model-1"), ("b", "model"), ("c", "other")] {
      try folder.write(safetensors(#"{"\#(tensor)":\#(byte)}"#, data: [1]), to: "\(file).safetensors")
    }
    try folder.write(#"{"weight_map":\#(map)}"#, to: "model.safetensors.index.json")
    let error = #expect(throws: CheckpointError.self) { _ = try ModelFolder(contentsOf: folder.url) }
    #expect(error?.description.contains(problem) == true, "\(String(describing: error))")
    // Inspected nevertheless, with the reason.
    let inspection = try ModelInspection(contentsOf: folder.url, hashes: true)
    #expect(inspection.problems == [error?.description].compactMap(\.self))
  }

  @Test("Without an index, a tensor in two files is refused, and a missing shard is named")
  func refusesDuplicates() throws {
    let folder = try TemporaryFolder()
    try folder.write(TinyModel.config, to: "config.json")
    try folder.write(safetensors(#"{"a":\#(byte)}"#, data: [1]), to: "model-1.safetensors")
    try folder.write(safetensors(#"{"a":\#(byte)}"#, data: [2]), to: "model-old.safetensors")
    #expect(throws: CheckpointError.duplicateTensor("a", files: ["model-1.safetensors", "model-old.safetensors"])) {
      _ = try ModelFolder(contentsOf: folder.url)
    }
    try FileManager.default.removeItem(at: folder("model-old.safetensors"))
    try folder.write(
      #"{"weight_map":{"a":"model-1.safetensors","b":"model-2.safetensors"}}"#, to: "model.safetensors.index.json")
    #expect(throws: CheckpointError.notFound(folder("model-2.safetensors").path)) {
      _ = try ModelFolder(contentsOf: folder.url)
    }
  }

  @Test("What is missing is named")
  func namesMissing() throws {
    let folder = try TemporaryFolder()
    let none = folder.url.appendingPathComponent("none")
    #expect(throws: CheckpointError.notFound(none.path)) { _ = try ModelFolder(contentsOf: none) }
    let config = folder.url.appendingPathComponent("config.json")
    #expect(throws: CheckpointError.notFound(config.path)) { _ = try ModelFolder(contentsOf: folder.url) }
    try folder.write(TinyModel.config, to: "config.json")
    #expect(throws: CheckpointError.notAFolder(config.path)) { _ = try ModelFolder(contentsOf: config) }
    #expect(throws: CheckpointError.noWeights(folder: folder.url.path)) { _ = try ModelFolder(contentsOf: folder.url) }
    try folder.write("{", to: "config.json")
    let error = #expect(throws: CheckpointError.self) { _ = try ModelFolder(contentsOf: folder.url) }
    guard case .json(config.path, _) = error else {
      Issue.record("got \(String(describing: error))")
      return
    }
  }

  @Test("The generation's settings decide the end tokens, the weights whether the output is tied")
  func resolvesConfig() throws {
    let folder = try TemporaryFolder()
    try folder.write(TinyModel.config, to: "config.json")
    try folder.write(#"{"eos_token_id":[3,4]}"#, to: "generation_config.json")
    _ = try folder.write(safetensors(#"{"a":\#(byte)}"#, data: [1]), to: "model.safetensors")
    let tied = try ModelFolder(contentsOf: folder.url)
    #expect(tied.config.eosTokenIDs == [3, 4] && tied.config.tieWordEmbeddings)
    _ = try folder.write(safetensors(#"{"lm_head.weight":\#(byte)}"#, data: [1]), to: "model.safetensors")
    #expect(!(try ModelFolder(contentsOf: folder.url).config.tieWordEmbeddings))
  }

  @Test("A layer that the configuration does not name has the format its shapes imply")
  func infersFormat() throws {
    let folder = try TemporaryFolder()
    var config = try #require(try JSONValue(parsing: TinyModel.config).object)
    config["quantization"] = ["bits": 4, "group_size": 64]
    try folder.write(JSONValue.object(config).serialized(), to: "config.json")
    let format = try #require(QuantizationFormat(bits: 8, groupSize: 32))
    let writer = try SafetensorsWriter(
      creating: folder.url.appendingPathComponent("model.safetensors"),
      entries: format.entries(path: "up", shape: [2, 64], scaleType: .F16))
    try writer.write([UInt32](repeating: 0, count: 32), to: "up.weight")
    try writer.write([UInt16](repeating: 0, count: 4), to: "up.scales")
    try writer.write([UInt16](repeating: 0, count: 4), to: "up.biases")
    try writer.finish()
    let model = try ModelFolder(contentsOf: folder.url)
    #expect(try model.weight(of: "up", columnCount: 64).format == format)
    #expect(throws: CheckpointError.self) { _ = try model.weight(of: "up", columnCount: 48) }
  }

  @Test("An exception that fits no tensor, or a layer without scales, is named")
  func warnsOfOverrides() throws {
    let folder = try TemporaryFolder()
    try TinyModel.write(to: folder)
    var config = try #require(try JSONValue(parsing: TinyModel.config).object)
    config["quantization"] = [
      "bits": 4, "group_size": 64, "language_model.up": ["bits": 8, "group_size": 64], "model.odd": false,
      "vision.proj": false, "model.gone": ["mode": "mxfp4"],
    ]
    try folder.write(JSONValue.object(config).serialized(), to: "config.json")
    #expect(
      try ModelFolder(contentsOf: folder.url).warnings == [
        .unusedOverrides(["model.gone", "vision.proj"]), .formatsWithoutScales(["up"]),
      ])
  }

  @Test("Without a column count, shapes decide only where they leave no choice")
  func impliedFormats() throws {
    let folder = try TemporaryFolder()
    var config = try #require(try JSONValue(parsing: TinyModel.config).object)
    config["quantization"] = ["bits": 4, "group_size": 64]
    try folder.write(JSONValue.object(config).serialized(), to: "config.json")
    let ambiguous = try #require(QuantizationFormat(bits: 8, groupSize: 64))
    let formats = [("a", QuantizationFormat.mxfp4), ("b", .nvfp4), ("c", .standard), ("d", ambiguous)]
    let entries = formats.flatMap { $0.1.entries(path: $0.0, shape: [2, 128], scaleType: .F16) }
    let writer = try SafetensorsWriter(creating: folder("model.safetensors"), entries: entries)
    for entry in entries {
      try writer.write([UInt8](repeating: 0, count: entry.shape.reduce(entry.type.byteWidth, *)), to: entry.name)
    }
    try writer.finish()
    let model = try ModelFolder(contentsOf: folder.url)
    for (path, format) in formats.dropLast() { #expect(try model.weight(of: path).format == format, "\(path)") }
    #expect(throws: CheckpointError.self) { _ = try model.weight(of: "d") }
    #expect(try model.weight(of: "d", columnCount: 128).format == ambiguous)
  }
}
