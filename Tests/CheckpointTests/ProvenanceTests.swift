import TestSupport
import Foundation
import JSON
import Testing

@testable import Checkpoint

@Suite("Provenance and inspection")
struct ProvenanceTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.write(TinyModel.config, to: "config.json")
    try folder.write("abc", to: "tokenizer.json")
    let header = #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#
    _ = try folder.write(safetensors(header, data: [1]), to: "model.safetensors")
  }

  @Test("Every file that counts is hashed, sorted by name")
  func hashesFiles() throws {
    let manifest = try WeightManifest(of: ModelFolder(contentsOf: folder.url))
    #expect(manifest.files.map(\.name) == ["config.json", "model.safetensors", "tokenizer.json"])
    // printf abc | sha256sum
    #expect(manifest.files.last?.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }

  @Test("The hash is that of the canonical JSON of names and hashes")
  func hashesManifest() {
    let manifest = WeightManifest(files: [.init(name: "b", sha256: "2"), .init(name: "a", sha256: "1")])
    // printf '{"a":"1","b":"2"}' | sha256sum
    #expect(manifest.hash == "21f76dfbfe6dfe21f762080ef484112cf2952974cef30741fd1931e1c6d92112")
  }

  @Test(
    "One changed byte in any file changes the hash", arguments: ["config.json", "tokenizer.json", "model.safetensors"])
  func noticesChanges(name: String) throws {
    let before = try WeightManifest(of: ModelFolder(contentsOf: folder.url)).hash
    var contents = Array(try Data(contentsOf: folder.url.appendingPathComponent(name)))
    contents[contents.count - 1] ^= name == "config.json" ? 0 : 2
    if name == "config.json" { contents.append(0x20) }
    _ = try folder.write(contents, to: name)
    #expect(try WeightManifest(of: ModelFolder(contentsOf: folder.url)).hash != before)
  }

  @Test("A manifest survives JSON, a forged one does not")
  func survivesJSON() throws {
    let manifest = try WeightManifest(of: ModelFolder(contentsOf: folder.url))
    #expect(try WeightManifest(parsing: manifest.json, file: "f") == manifest)
    var forged = try #require(manifest.json.object)
    forged["hash"] = .string(String(repeating: "0", count: 64))
    #expect(
      throws: CheckpointError.field(file: "f", name: "hash", problem: "is not the hash of the files listed beside it")
    ) {
      _ = try WeightManifest(parsing: .object(forged), file: "f")
    }
    forged["files"] = ["a": "XYZ"]
    #expect(throws: CheckpointError.self) { _ = try WeightManifest(parsing: .object(forged), file: "f") }
  }

  @Test("Sizes, bits per weight and the cost of the cache are counted by storage")
  func inspects() throws {
    let source = try TemporaryFolder()
    try TinyModel.write(to: source)
    let target = source.url.appendingPathComponent("lane")
    let format = try #require(QuantizationFormat(bits: 4, groupSize: 64))
    try ModelFolder(contentsOf: source.url).write(.uniform(format), to: target)
    let inspection = try ModelInspection(of: ModelFolder(contentsOf: target))
    #expect(
      inspection.storages == [
        .init(format: "F16", tensorCount: 2, parameterCount: 352, byteCount: 704),
        .init(format: "affine 4-bit g64", tensorCount: 1, parameterCount: 640, byteCount: 320 + 2 * 20),
      ])
    #expect(inspection.parameterCount == 992 && inspection.bitsPerWeight == Double(1064 * 8) / 992)
    #expect(inspection.memory?.bytesPerToken(elementBytes: 2) == 2 * 1 * 2 * 16 * 2)
    #expect(inspection.json["kv_bytes_per_token"]?["fp32"]?.integer == 256)
    #expect(inspection.table.contains("bits per weight       8.581"))
    #expect(inspection.table.contains("lane                  uniform"))
    #expect(inspection.problems.isEmpty && inspection.json["problems"] == nil)
  }

  @Test("A folder that cannot be loaded is described as far as it can be read, with the reasons")
  func inspectsRefused() throws {
    let source = try TemporaryFolder()
    try TinyModel.write(to: source)
    try source.write(
      #"{"model_type":"other","text_config":{"num_hidden_layers":3,"hidden_size":"big"}}"#, to: "config.json")
    let inspection = try ModelInspection(contentsOf: source.url, hashes: true)
    #expect(inspection.architecture == "other" && inspection.layerCount == 3 && inspection.hiddenSize == nil)
    #expect(inspection.storages.map(\.format) == ["F16"] && inspection.parameterCount == 992)
    #expect(inspection.problems.count == 1 && inspection.problems[0].contains("hidden_size"))
    #expect(inspection.memory == nil && inspection.manifestHash != nil)
    #expect(inspection.table.contains("cannot run") && inspection.json["hidden_size"] == .null)
    let none = source("none")
    #expect(throws: CheckpointError.notFound(none.path)) { try ModelInspection(contentsOf: none, hashes: false) }
  }

  @Test("Layers whose parts do not fit are counted apart, and named")
  func inspectsMisfits() throws {
    let source = try TemporaryFolder()
    try TinyModel.write(to: source)
    let target = source("lane")
    try ModelFolder(contentsOf: source.url).write(.microscaling(.mxfp4), to: target)
    var config = try #require(try JSONValue(parsing: source.text(of: "lane/config.json")).object)
    config["quantization"] = ["bits": 4, "group_size": 32, "mode": "mxfp4", "up": false]
    try source.write(JSONValue.object(config).serialized(), to: "lane/config.json")
    let inspection = try ModelInspection(contentsOf: target, hashes: false)
    #expect(inspection.storages.map(\.format).contains("unknown"))
    #expect(inspection.problems.count == 1 && inspection.problems[0].contains("\"quantization.up\" is false"))
    let tensors = try ModelFolder(contentsOf: target).tensors
    #expect(inspection.byteCount == tensors.values.reduce(0) { $0 + $1.bytes.count })
  }

  @Test("Of a mixture's experts, those that a token is routed to count as active")
  func countsExperts() throws {
    let source = try TemporaryFolder()
    var config = try #require(try JSONValue(parsing: TinyModel.config).object)
    config["num_experts"] = 8
    config["num_experts_per_tok"] = 2
    try source.write(JSONValue.object(config).serialized(), to: "config.json")
    let shapes = [
      "model.embed_tokens.weight": [6, 64], "lm_head.weight": [6, 64],
      "model.layers.0.mlp.switch_mlp.up_proj.weight": [8, 4, 64],
    ]
    let entries = shapes.map { SafetensorsWriter.Entry(name: $0.key, type: .F16, shape: $0.value) }
    let writer = try SafetensorsWriter(creating: source("model.safetensors"), entries: entries)
    for entry in entries { try writer.write([UInt16](repeating: 0, count: entry.shape.reduce(1, *)), to: entry.name) }
    try writer.finish()
    let inspection = try ModelInspection(of: ModelFolder(contentsOf: source.url))
    #expect(inspection.parameterCount == 2 * 6 * 64 + 8 * 4 * 64)
    #expect(inspection.activeParameterCount == 64 + 6 * 64 + 2 * 4 * 64)
    #expect(inspection.byteCountPerToken == 2 * inspection.activeParameterCount)
  }

  @Test("Parts that text does not need are named, and cost no token anything")
  func namesLeftOut() throws {
    let source = try TemporaryFolder()
    try source.write(TinyModel.config, to: "config.json")
    let names = ["lm_head.weight", "language_model.mtp.fc.weight", "vision_tower.a.weight", "vision_tower.b.weight"]
    let entries = names.map { SafetensorsWriter.Entry(name: $0, type: .F16, shape: [4, 64]) }
    let writer = try SafetensorsWriter(creating: source("model.safetensors"), entries: entries)
    for name in names { try writer.write([UInt16](repeating: 0, count: 256), to: name) }
    try writer.finish()
    let inspection = try ModelInspection(of: ModelFolder(contentsOf: source.url))
    #expect(
      inspection.leftOut == [
        .init(name: "mtp", tensorCount: 1, byteCount: 512),
        .init(name: "vision_tower", tensorCount: 2, byteCount: 1024),
      ])
    #expect(inspection.parameterCount == 4 * 256 && inspection.activeParameterCount == 256)
    #expect(inspection.table.contains("vision_tower: 2 tensors, 1024 bytes"))
    #expect(inspection.json["left_out"]?.array?.count == 2)
  }

  @Test("Messages say what, where and what to do")
  func messages() {
    let problem = SafetensorsProblem.overlap("a", "b")
    #expect(
      CheckpointError.safetensors(file: "m", problem).description
        == "m is not a valid safetensors file: tensors \"a\" and \"b\" overlap; fetch it again")
    #expect(
      CheckpointError.gguf(file: "m", .unsupportedType(tensor: "t", type: "Q4_K")).description.contains("Q4_K"))
  }
}
