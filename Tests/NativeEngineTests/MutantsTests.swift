import Foundation
import JSON
import Platform
import TestSupport
import Testing

@Suite("Damaged files of model folders")
struct MutantsTests {
  private let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

  private func run(_ arguments: String...) throws -> ProgramOutput {
    try ProgramOutput(running: Program.product("mutants"), arguments + [tests.path])
  }

  @Test("Some of each kind are read or refused, within bounds of time and memory; `make mutants` reads thousands")
  func some() throws {
    let output = try run("--count", "30", "--json")
    #expect(output.status == 0, "\(output.errorText ?? "")")
    let kinds = try #require(try JSONValue(parsing: output.bytes).array)
    #expect(
      kinds.map { $0["kind"]?.string } == [
        "config", "tokenizer", "safetensors", "template", "gguf", "envelope", "registry",
      ])
    for kind in kinds {
      #expect(kind["failures"] == [])
      let (accepted, refused) = (kind["accepted"]?.integer ?? 0, kind["refused"]?.integer ?? 0)
      #expect(accepted > 0 && refused > 0 && accepted + refused == 30, "\(kind.serialized())")
    }
  }

  @Test("A mutant is the same in every run, and can be written out")
  func written() throws {
    let first = try run("--kind", "config", "--write", "7")
    #expect(first.status == 0 && !first.bytes.isEmpty)
    #expect(try run("--kind", "config", "--write", "7").bytes == first.bytes)
    #expect(try run("--kind", "config", "--write", "8").bytes != first.bytes)
    #expect(try run("--kind", "config", "--write", "7", "--seed", "2").bytes != first.bytes)
    #expect(try run("--write", "7").status != 0)
  }
}
