import Foundation
import JSON
import TestSupport
import Testing

@testable import Checkpoint

@Suite("The hash of the tensors")
struct TensorsHashTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.write(TinyModel.config, to: "config.json")
    try folder.write("abc", to: "tokenizer.json")
    try folder.write(safetensors(Self.both, data: [1, 2, 0]), to: "model.safetensors")
  }

  private static let both =
    #"{"b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U16","shape":[1,1],"data_offsets":[1,3]}}"#

  private func manifest() throws -> WeightManifest { try WeightManifest(of: ModelFolder(contentsOf: folder.url)) }

  @Test("It is that of the canonical JSON of types, shapes and hashes")
  func canonicalForm() throws {
    let header = #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#
    try folder.write(safetensors(header, data: [1]), to: "model.safetensors")
    // printf '{"a":["U8",[1],"%s"]}' "$(printf '\001' | sha256sum | cut -c-64)" | sha256sum
    #expect(try manifest().tensors == "e6cfa5dd741829e0e5650195755c705e3164bb49ed19cd1e338a3b16c06f197d")
  }

  @Test("The files' hashes are of the whole files")
  func wholeFiles() throws {
    let file = try MappedFile(contentsOf: folder("model.safetensors"))
    #expect(try manifest().files.first { $0.name == "model.safetensors" }?.sha256 == file.sha256())
  }

  @Test("Header, padding, metadata, file names, shards, configuration and tokenizer change nothing")
  func disguises() throws {
    let before = try manifest()
    func expectSame(_ what: String) throws {
      let after = try manifest()
      #expect(after.tensors == before.tensors && after.hash != before.hash, "\(what)")
    }
    try folder.write(safetensors(Self.both + " ", data: [1, 2, 0]), to: "model.safetensors")
    try expectSame("padding")
    let metadata = #"{"__metadata__":{"format":"mlx"},"# + Self.both.dropFirst()
    try folder.write(safetensors(metadata, data: [1, 2, 0]), to: "model.safetensors")
    try expectSame("metadata")
    let swapped =
      #"{"a":{"dtype":"U16","shape":[1,1],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}"#
    try folder.write(safetensors(swapped, data: [2, 0, 1]), to: "model.safetensors")
    try expectSame("order in the file")
    try FileManager.default.removeItem(at: folder("model.safetensors"))
    try folder.write(
      safetensors(#"{"b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, data: [1]), to: "model-1.safetensors")
    try folder.write(
      safetensors(#"{"a":{"dtype":"U16","shape":[1,1],"data_offsets":[0,2]}}"#, data: [2, 0]),
      to: "model-2.safetensors")
    try expectSame("shards")
    try folder.write("abcd", to: "tokenizer.json")
    try folder.write(TinyModel.config + " ", to: "config.json")
    try expectSame("other files")
  }

  @Test("Another value, type, shape or name of a tensor changes it")
  func changes() throws {
    var seen: Set<String?> = [try manifest().tensors]
    for (header, data) in [
      (Self.both, [1, 3, 0]), (Self.both.replacing("U16", with: "I16"), [1, 2, 0]),
      (Self.both.replacing("[1,1]", with: "[1]"), [1, 2, 0]), (Self.both.replacing("\"b\"", with: "\"c\""), [1, 2, 0]),
    ] as [(String, [UInt8])] {
      try folder.write(safetensors(header, data: data), to: "model.safetensors")
      let isNew = seen.insert(try manifest().tensors).inserted
      #expect(isNew, "\(header) \(data)")
    }
  }

  @Test("It survives JSON; a manifest without it is read too, and what is no hash is refused")
  func json() throws {
    let manifest = try manifest()
    var object = try #require(manifest.json.object)
    #expect(object["tensors"]?.string == manifest.tensors)
    object["tensors"] = nil
    #expect(try WeightManifest(parsing: .object(object), file: "f").tensors == nil)
    object["tensors"] = "A0"
    #expect(throws: CheckpointError.self) { try WeightManifest(parsing: .object(object), file: "f") }
  }

  @Test(
    "Whatever decides how a conversation becomes a prompt and an answer ends is part of the manifest",
    arguments: [
      "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "chat_template.jinja",
      "additional_chat_templates/tool_use.jinja",
    ])
  func otherFiles(name: String) throws {
    let before = try manifest()
    try folder.write(name == "config.json" ? TinyModel.config + " " : "{}", to: name)
    let after = try manifest()
    #expect(after.hash != before.hash && after.tensors == before.tensors)
    let current = try WeightManifest.currentHashes(of: folder.url, including: before.files.map(\.name))
    #expect(current[name] != nil && current[name] != before.files.first { $0.name == name }?.sha256)
  }

  @Test("The hashes on the disk now show what was changed, removed and added since")
  func currentHashes() throws {
    let measured = try manifest().files
    func differing() throws -> [String] {
      let current = try WeightManifest.currentHashes(of: folder.url, including: measured.map(\.name))
      let before = Dictionary(measured.map { ($0.name, $0.sha256) }, uniquingKeysWith: { first, _ in first })
      return Set(current.keys).union(before.keys).filter { current[$0] != before[$0] }.sorted()
    }
    #expect(try differing().isEmpty)
    try folder.write("{}", to: "tokenizer_config.json")
    #expect(try differing() == ["tokenizer_config.json"])
    // No model any more that could be loaded, and compared nevertheless.
    try folder.write("?", to: "model.safetensors")
    #expect(try differing() == ["model.safetensors", "tokenizer_config.json"])
    try FileManager.default.removeItem(at: folder("model.safetensors"))
    #expect(try differing() == ["model.safetensors", "tokenizer_config.json"])
  }
}
