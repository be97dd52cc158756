import Foundation
import TestSupport
import Testing

/// Damaged models: one clear error, exit code 2, nothing lost.
@Suite("Bad models on the command line")
struct BadModelTests {
  private let folder: TemporaryFolder
  private let program: Program

  init() throws {
    folder = try TemporaryFolder()
    program = Program(in: folder.url)
  }

  /// A copy of the uniform lane, to be damaged.
  private func copy(named name: String = "model") throws -> URL {
    let target = folder(name)
    try FileManager.default.copyItem(at: TestModels.uniform.resolvingSymlinksInPath(), to: target)
    return target
  }

  private func expectOneError(
    _ result: Program.Result, _ words: String..., sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(result.status == 2, sourceLocation: sourceLocation)
    #expect(result.output.isEmpty, sourceLocation: sourceLocation)
    let lines = result.errors.split(separator: "\n")
    #expect(lines.filter { $0.hasPrefix("error: ") }.count == 1, "\(result.errors)", sourceLocation: sourceLocation)
    for word in words { #expect(result.errors.contains(word), "\(result.errors)", sourceLocation: sourceLocation) }
  }

  private func generate(_ model: URL) throws -> Program.Result {
    try program.run("engine", "generate", "--model", model.path, "--prompt", "Hello", "--max-tokens", "1")
  }

  @Test("A folder that does not exist is named")
  func missingFolder() throws {
    expectOneError(try generate(folder("nowhere")), "nowhere")
  }

  @Test("Missing weights are named")
  func missingWeights() throws {
    let model = try copy()
    try FileManager.default.removeItem(at: model.appendingPathComponent("model.safetensors"))
    expectOneError(try generate(model), "safetensors", model.path)
  }

  @Test("Truncated weights are refused")
  func truncatedWeights() throws {
    let file = try copy().appendingPathComponent("model.safetensors")
    let handle = try FileHandle(forWritingTo: file)
    try handle.truncate(atOffset: 1_000_000)
    try handle.close()
    expectOneError(try generate(file.deletingLastPathComponent()), "model.safetensors")
  }

  @Test("A header that lies about offsets is refused with the tensor's name")
  func lyingOffsets() throws {
    let file = try copy().appendingPathComponent("model.safetensors")
    var bytes = try Data(contentsOf: file)
    let length = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    var header = String(decoding: bytes[8..<8 + length], as: UTF8.self)
    let offsets = try #require(header.range(of: #""data_offsets":[0,"#))
    header.replaceSubrange(offsets, with: #""data_offsets":[9,"#)
    bytes.replaceSubrange(8..<8 + length, with: Data(header.utf8))
    try bytes.write(to: file)
    expectOneError(try generate(file.deletingLastPathComponent()), "model.safetensors", "offset")
  }

  @Test("An unknown architecture is refused with those that are known")
  func unknownArchitecture() throws {
    let config = try copy().appendingPathComponent("config.json")
    let text = try String(contentsOf: config, encoding: .utf8)
    try Data(text.replacingOccurrences(of: #""llama""#, with: #""mamba9""#).utf8).write(to: config)
    expectOneError(try generate(config.deletingLastPathComponent()), "mamba9", "llama")
  }

  @Test("A GGUF file with a huge count is refused and leaves no folder")
  func hugeGGUFCount() throws {
    var bytes = Data("GGUF".utf8) + Data([3, 0, 0, 0])
    bytes += Data([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]) + Data(repeating: 0, count: 64)
    let file = folder("huge.gguf")
    try bytes.write(to: file)
    expectOneError(try program.run("models", "import", file.path, "--out", "out"), "huge.gguf")
    #expect(!FileManager.default.fileExists(atPath: folder("out").path))
  }

  @Test("Non-finite scales are refused at load")
  func nonFiniteScales() throws {
    let file = try copy().appendingPathComponent("model.safetensors")
    var bytes = try Data(contentsOf: file)
    let length = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    let header = String(decoding: bytes[8..<8 + length], as: UTF8.self)
    let entry = try #require(header.range(of: #""model.layers.3.mlp.up_proj.scales":"#))
    let start = try #require(header[entry.upperBound...].range(of: #""data_offsets":["#)).upperBound
    let offset = try #require(Int(header[start...].prefix { $0.isNumber }))
    // The half-precision pattern of NaN.
    bytes.replaceSubrange(8 + length + offset..<8 + length + offset + 2, with: [0x00, 0x7E])
    try bytes.write(to: file)
    expectOneError(try generate(file.deletingLastPathComponent()), "model.layers.3.mlp.up_proj.scales")
  }
}
