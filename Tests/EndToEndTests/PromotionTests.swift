import Foundation
import JSON
import TestSupport
import Testing

/// The main task, through the built program.
@Suite("Compare and promote on the command line")
struct PromotionTests {
  @Test("A comparison is measured, judged, stored and either edits one value of the registry or nothing")
  func wholeWay() throws {
    let comparison = try Comparison()
    let program = comparison.program
    let result = try comparison.run()
    #expect(result["comparison"]?.integer == 1)
    let outcome = try #require(result["verdict"]?["outcome"]?.string)

    let before = try comparison.registryText
    let rehearsed = try program.run("promote", "--comparison", "1", "--role", "default", "--dry-run")
    #expect(try comparison.registryText == before)
    let promoted = try program.run("promote", "--comparison", "1", "--role", "default", "--json")
    #expect(promoted.status == rehearsed.status)
    #expect(promoted.status == ["promote": 0, "hold": 10, "reject": 11, "inconclusive": 12][outcome])
    let expected =
      outcome == "promote"
      ? before.replacingOccurrences(of: #""default": "smollm2-135m""#, with: #""default": "smollm2-135m-4bit-g64""#)
      : before
    #expect(try comparison.registryText == expected)
    let log = try program.run("registry", "log", "--json")
    #expect(try JSONValue(parsing: log.output).array?.count == (outcome == "promote" ? 1 : 0))
    if outcome == "promote" {
      // The resident has moved: the same comparison cannot promote again.
      let again = try program.run("promote", "--comparison", "1", "--role", "default")
      #expect(again.status == 2)
      #expect(again.errors.contains("smollm2-135m-4bit-g64"))
    }
  }

  @Test("An objective out of reach never promotes")
  func unreachable() throws {
    let comparison = try Comparison(minimumEffect: 9)
    let compared = try comparison.program.run(
      "compare", "smollm2-135m-4bit-g64", "--against", "smollm2-135m", "--envelope", "tiny.json", "--threads", "1",
      "--json")
    try #require(compared.status == 0, "\(compared.errors)")
    #expect(try JSONValue(parsing: compared.output)["verdict"]?["outcome"]?.string != "promote")
    #expect(try comparison.program.run("promote", "--comparison", "1", "--role", "default").status != 0)
    #expect(try comparison.registryText == Comparison.registry)
  }

  @Test("A role that the comparison was not made for is refused")
  func otherRole() throws {
    let comparison = try Comparison()
    _ = try comparison.program.run(Comparison.arguments)
    let result = try comparison.program.run("promote", "--comparison", "1", "--role", "coding")
    #expect(result.status == 2)
    #expect(result.errors.contains("default"))
  }

  @Test("Interrupting keeps what was measured, and --resume goes on with it")
  func interruption() throws {
    let comparison = try Comparison(blocks: 25)
    let errors = try comparison.folder.write("", to: "errors")
    let process = try comparison.program.start(
      Comparison.arguments, output: .nullDevice, errors: FileHandle(forWritingTo: errors))
    // Wait for the first samples, then press Ctrl-C.
    while process.isRunning, !(try comparison.folder.text(of: "errors")).contains("/104 ") { usleep(20_000) }
    process.interrupt()
    process.waitUntilExit()
    #expect(process.terminationStatus == 130)
    #expect(try comparison.folder.text(of: "errors").contains("--resume"))
    let resumed = try comparison.program.run(Comparison.arguments + ["--resume", "--json"])
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(try JSONValue(parsing: resumed.output)["comparison"]?.integer == 1)
  }
}
