import Foundation
import TestSupport
import Testing

@Suite("A busy machine", .serialized)
struct BusyMachineTests {
  /// A busy loop, which ends with the test, or after a minute of processor time.
  private func busy<Result>(_ body: () throws -> Result) throws -> Result {
    let loop = Process()
    loop.executableURL = URL(fileURLWithPath: "/bin/sh")
    loop.arguments = ["-c", "ulimit -t 60; while :; do :; done"]
    try loop.run()
    defer {
      // A child of Foundation may be born with signals blocked.
      kill(loop.processIdentifier, SIGKILL)
      loop.waitUntilExit()
    }
    return try body()
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
