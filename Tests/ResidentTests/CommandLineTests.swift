import Foundation
import JSON
import Testing

@testable import resident

@Suite("What a command line says to programs and to those who mistype")
struct CommandLineTests {
  @Test("A mistyped command is asked for by its nearest name, a whole path through groups")
  func commands() {
    #expect(Suggestion.commands(for: ["comparee", "x"]) == ["compare"])
    #expect(Suggestion.commands(for: ["registry", "sho"]) == ["registry show"])
    #expect(Suggestion.commands(for: ["compare", "comparee"]).isEmpty)
    #expect(Suggestion.commands(for: ["xyzzy"]).isEmpty && Suggestion.commands(for: []).isEmpty)
    #expect(Suggestion.commands(for: ["--json", "comparee"]).isEmpty)
  }

  @Test("A mistyped option is asked for by that of its command, and known ones and what comes after -- are left alone")
  func options() {
    let help = "  --comparison <n>\n  --json  Print\n"
    #expect(Suggestion.options(for: ["--comparision", "3", "--json"], in: help) == ["--comparison"])
    #expect(Suggestion.options(for: ["--comparision=3"], in: help) == ["--comparison"])
    #expect(Suggestion.options(for: ["--", "--comparision"], in: help).isEmpty)
    #expect(Suggestion.options(for: ["--unlike-any"], in: help).isEmpty)
  }

  @Test("A document begins with its schema, and times are texts of RFC 3339 at every depth")
  func documents() {
    let document = CommandResult.document([
      "started_at": 1_763_866_260, "rows": [["recorded_at_s": 0, "since_s": .null, "needs_s": 2]],
      "far_at": .number(1e300),
    ])
    #expect(
      document == [
        "schema": 1, "started_at": "2025-11-23T02:51:00Z",
        "rows": [["recorded_at": "1970-01-01T00:00:00Z", "since": .null, "needs_s": 2]], "far_at": .null,
      ])
    #expect(CommandResult.document([1])["result"] == [1])
    #expect(CommandResult.failure("no", exitCode: 2)["error"]?["exit_code"] == 2)
  }

  @Test("Counts have the number that their noun asks for")
  func plurals() {
    #expect(1.counted("session") == "1 session" && 0.counted("session") == "0 sessions")
    #expect(2.counted("batch", plural: "batches") == "2 batches")
  }
}
