import TestSupport
import Foundation
import Testing

@testable import Checkpoint

@Suite("Damaged files")
struct MutationTests {
  /// Calls `read` with files that differ from `original` in one to four bytes of their first `length`; it must return or
  /// throw a `CheckpointError`.
  private func damage(
    _ original: [UInt8], within length: Int, rounds: Int, read: (URL) throws -> Void
  ) throws {
    let folder = try TemporaryFolder()
    var random = TestRandom()
    var refused = 0
    for round in 0..<rounds {
      var bytes = original
      for _ in 0...round % 4 {
        let value = [0, 1, 0x7F, 0x80, 0xFF, UInt8(truncatingIfNeeded: random.next())][Int(random.next() % 6)]
        bytes[Int(random.next() % UInt64(length))] = value
      }
      let url = try folder.write(bytes, to: "f")
      do {
        try read(url)
      } catch is CheckpointError {
        refused += 1
      }
    }
    #expect(refused > rounds / 4)
  }

  @Test("A damaged GGUF file is planned or refused, never a crash")
  func gguf() throws {
    let original = TinyGGUF.builder().built
    try damage(original, within: 2200, rounds: 500) { url in
      _ = try PreparedImport(try GGUFFile(contentsOf: url)).texts
    }
  }

  @Test("A damaged safetensors file is read or refused, never a crash")
  func safetensors() throws {
    let folder = try TemporaryFolder()
    try TinyModel.write(to: folder)
    let original = Array(try Data(contentsOf: folder.url.appendingPathComponent("model.safetensors")))
    try damage(original, within: 300, rounds: 500) { url in
      for tensor in try SafetensorsFile(contentsOf: url).tensors.values { try tensor.validateFinite() }
    }
  }
}
