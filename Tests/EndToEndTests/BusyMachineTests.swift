import Foundation
import TestSupport
import Testing

@Suite("A busy machine", .serialized)
struct BusyMachineTests {
  private func busy<Result>(_ body: () throws -> Result) throws -> Result {
    let loop = try BusyLoop()
    return try withExtendedLifetime(loop) { try body() }
  }

  @Test("Waiting for it to become quiet is an error after the given minutes, before a model is loaded")
  func wait() throws {
    let comparison = try Comparison()
    let result = try busy { try comparison.program.run(Comparison.arguments + ["--wait-quiet", "0.03"]) }
    #expect(result.status == 2, "\(result.errors)")
    #expect(result.errors.contains("waiting for a quiet machine: other programs use"))
    #expect(result.errors.contains("the machine did not become quiet within 0.03 min"))
    #expect(!result.errors.contains("loading"))
  }

  @Test("It is named before a model is loaded, and a comparison reports it")
  func named() throws {
    let comparison = try Comparison(blocks: 1)
    let result = try busy { try comparison.program.run(Comparison.arguments + ["--json"]) }
    #expect(result.status == 0, "\(result.errors)")
    let notice = try #require(result.errors.range(of: "the machine is busy: other programs use"))
    let loading = try #require(result.errors.range(of: "loading"))
    #expect(notice.lowerBound < loading.lowerBound)
    #expect(result.output.contains("\"other_programs_processors\""))
  }
}
