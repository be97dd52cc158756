import TestSupport
import Foundation
import Testing

@testable import Checkpoint

@Suite("GGUF files")
struct GGUFFileTests {
  private func open(_ bytes: [UInt8]) throws -> GGUFFile {
    let folder = try TemporaryFolder()
    return try GGUFFile(contentsOf: try folder.write(bytes, to: "f.gguf"))
  }

  private func problem(_ bytes: [UInt8]) -> GGUFProblem? {
    do {
      _ = try open(bytes)
      return nil
    } catch CheckpointError.gguf(_, let problem) {
      return problem
    } catch {
      Issue.record(error)
      return nil
    }
  }

  @Test("Every value type is read", arguments: [UInt32(2), 3])
  func readsValues(version: UInt32) throws {
    var builder = GGUFBuilder(version: version)
    let values: [(String, [UInt8], GGUFValue)] = [
      ("u8", bytes(UInt32(0)) + [200], .unsigned(200)),
      ("i8", bytes(UInt32(1)) + [0xFF], .signed(-1)),
      ("u16", bytes(UInt32(2)) + bytes(UInt16(60000)), .unsigned(60000)),
      ("i16", bytes(UInt32(3)) + bytes(Int16(-2)), .signed(-2)),
      ("u32", GGUFBuilder.uint32(7), .unsigned(7)),
      ("i32", bytes(UInt32(5)) + bytes(Int32(-7)), .signed(-7)),
      ("f32", GGUFBuilder.float(0.1), .float(0.1)),
      ("bool", GGUFBuilder.bool(true), .bool(true)),
      ("text", GGUFBuilder.string("né"), .string("né")),
      ("u64", bytes(UInt32(10)) + bytes(UInt64.max), .unsigned(.max)),
      ("i64", bytes(UInt32(11)) + bytes(Int64.min), .signed(.min)),
      ("f64", bytes(UInt32(12)) + bytes((0.25).bitPattern), .double(0.25)),
      ("list", GGUFBuilder.strings(["a", "b"]), .array([.string("a"), .string("b")])),
      (
        "nested", bytes(UInt32(9), UInt32(9)) + bytes(UInt64(1)) + bytes(UInt32(0)) + bytes(UInt64(1)) + [5],
        .array([.array([.unsigned(5)])])
      ),
    ]
    for (key, value, _) in values { builder.set(key, value) }
    let file = try open(builder.built)
    #expect(file.version == version)
    for (key, _, expected) in values { #expect(file.metadata[key] == expected) }
    #expect(file.metadata["f32"]?.number == 0.1)
  }

  @Test("Tensors are found at the file's own alignment, their dimensions outermost first", arguments: [8, 32, 64])
  func readsTensors(alignment: Int) throws {
    var builder = GGUFBuilder(alignment: alignment)
    builder.set("general.alignment", GGUFBuilder.uint32(UInt32(alignment)))
    builder.tensors = [
      .init(name: "a", dimensions: [3], type: 24, data: [1, 2, 3]),
      .init(name: "b", dimensions: [2, 3], type: 24, data: [4, 5, 6, 7, 8, 9]),
    ]
    let file = try open(builder.built)
    #expect(file.tensors.map(\.shape) == [[3], [3, 2]])
    #expect(file.file.withBytes { _ in file.tensors.map { Array($0.bytes) } } == [[1, 2, 3], [4, 5, 6, 7, 8, 9]])
  }

  @Test("A file cut at any byte is refused, never read beyond its end")
  func refusesEveryTruncation() throws {
    var builder = GGUFBuilder()
    builder.set("list", GGUFBuilder.strings(["ab", "c"]))
    builder.set("number", GGUFBuilder.uint32(1))
    builder.tensors = [.init(name: "t", dimensions: [4], type: 0, data: bytes([Float(1), 2, 3, 4]))]
    let whole = builder.built
    // The padding after the last tensor may go.
    let dataEnd = whole.count - 16
    let folder = try TemporaryFolder()
    for length in 0..<dataEnd {
      let url = try folder.write(Array(whole[..<length]), to: "f")
      #expect(throws: CheckpointError.self, "cut at \(length)") { _ = try GGUFFile(contentsOf: url) }
    }
    #expect(throws: Never.self) { _ = try open(Array(whole[..<dataEnd])) }
  }

  @Test("Magic, byte order and version are checked")
  func refusesHeaders() {
    #expect(problem(Array("GGML".utf8) + bytes(UInt32(3))) == .badMagic)
    #expect(problem(GGUFBuilder(version: UInt32(3).byteSwapped).built) == .bigEndian)
    #expect(problem(GGUFBuilder(version: 1).built) == .unsupportedVersion(1))
    #expect(problem(GGUFBuilder(version: 4).built) == .unsupportedVersion(4))
  }

  @Test("Hostile counts and lengths are refused with the field's name")
  func refusesCounts() {
    #expect(
      problem(GGUFBuilder(metadataCount: .max).built)
        == .tooMany(field: "the metadata count", count: .max, limit: 1 << 16))
    #expect(
      problem(GGUFBuilder(tensorCount: .max).built) == .tooMany(field: "the tensor count", count: .max, limit: 1 << 20))
    var builder = GGUFBuilder()
    builder.set("k", bytes(UInt32(8)) + bytes(UInt64.max))
    #expect(problem(builder.built) == .tooMany(field: "k", count: .max, limit: GGUFReader.stringLimit))
    builder.set("k", bytes(UInt32(9), UInt32(0)) + bytes(UInt64(1 << 40)))
    #expect(problem(builder.built) == .tooMany(field: "k", count: 1 << 40, limit: GGUFReader.valueLimit))
    builder.set("k", bytes(UInt32(9), UInt32(0)) + bytes(UInt64(1000)))
    #expect(problem(builder.built) == .truncated(field: "k"))
  }

  @Test("Malformed values are refused with the field's name")
  func refusesValues() {
    var builder = GGUFBuilder()
    builder.set("k", bytes(UInt32(13)))
    #expect(problem(builder.built) == .unknownValueType(field: "k", type: 13))
    builder.set("k", bytes(UInt32(7)) + [2])
    #expect(problem(builder.built) == .invalidBool(field: "k"))
    builder.set("k", bytes(UInt32(8)) + bytes(UInt64(1)) + [0xFF])
    #expect(problem(builder.built) == .invalidUTF8(field: "k"))
    let level = bytes(UInt32(9)) + bytes(UInt64(1))
    builder.set("k", bytes(UInt32(9)) + (0..<100).flatMap { _ in level })
    #expect(problem(builder.built) == .nestedTooDeeply(field: "k"))
    builder.metadata = [("k", GGUFBuilder.bool(true)), ("k", GGUFBuilder.bool(true))]
    #expect(problem(builder.built) == .duplicate(field: "k"))
    builder.metadata = [("general.alignment", GGUFBuilder.uint32(0))]
    #expect(problem(builder.built) == .badAlignment(0))
    builder.metadata = [("general.alignment", GGUFBuilder.uint32(48))]
    #expect(problem(builder.built) == .badAlignment(48))
  }

  @Test(
    "Malformed tensor entries are refused with the tensor's name",
    arguments: [
      GGUFBuilder.Tensor(name: "t", dimensions: [], type: 0, data: []),
      .init(name: "t", dimensions: [1, 1, 1, 1, 1], type: 24, data: [1]),
      .init(name: "t", dimensions: [0], type: 0, data: []),
      .init(name: "t", dimensions: [.max], type: 0, data: []),
      .init(name: "t", dimensions: [1 << 32, 1 << 32], type: 0, data: []),
      .init(name: "t", dimensions: [1 << 62], type: 0, data: []),
      .init(name: "t", dimensions: [1], type: 4, data: []),
      .init(name: "t", dimensions: [33], type: 2, data: []),
      .init(name: "t", dimensions: [100], type: 0, data: [1]),
      .init(name: "t", dimensions: [1], type: 0, data: [1, 2, 3, 4], offset: 16),
      .init(name: "t", dimensions: [1], type: 0, data: [1, 2, 3, 4], offset: .max - 31),
    ])
  func refusesTensors(tensor: GGUFBuilder.Tensor) throws {
    let problem = problem(GGUFBuilder(tensors: [tensor]).built)
    guard case .badTensor("t", _) = problem else {
      Issue.record("got \(String(describing: problem))")
      return
    }
  }

  @Test("Tensors that share a name or bytes are refused")
  func refusesOverlap() {
    var builder = GGUFBuilder()
    builder.tensors = [
      .init(name: "a", dimensions: [40], type: 24, data: [UInt8](repeating: 0, count: 40)),
      .init(name: "b", dimensions: [1], type: 24, data: [1], offset: 32),
    ]
    #expect(problem(builder.built) == .overlap("a", "b"))
    builder.tensors[1].name = "a"
    #expect(problem(builder.built) == .duplicate(field: "tensor \"a\""))
  }
}
