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
    #expect(try JSONValue(parsing: log.output)["edits"]?.array?.count == (outcome == "promote" ? 1 : 0))
    if outcome == "promote" {
      let again = try program.run("promote")
      #expect(again.status == 0)
      #expect(again.output.contains("already promoted; "))
      #expect(try program.run("registry", "rollback", "--role", "default").status == 0)
      #expect(try comparison.registryText == before)
      let twice = try program.run("registry", "rollback", "--role", "default")
      #expect(twice.status == 2)
      #expect(twice.errors.contains("there is nothing to take back"))
    }
  }

  @Test("A dry run and a patch write nothing, not even an empty database")
  func dryRuns() throws {
    let comparison = try Comparison()
    let before = comparison.folder.names
    for flag in ["--dry-run", "--patch"] {
      let result = try comparison.program.run("promote", flag)
      #expect(result.status == 2)
      #expect(comparison.folder.names == before)
    }
    #expect(try comparison.program.run("registry", "rollback", "--role", "default", "--dry-run").status == 2)
    #expect(comparison.folder.names == before)
  }

  @Test("A role that the source leaves open is a difference, and hides no other")
  func sourceDifferences() throws {
    let comparison = try Comparison()
    try comparison.folder.write(
      #"{"models": {"default": "o/a", "stage0_embedding": "", "coding": "o/b", "fast": "o/c"}}"#, to: "registry.json")
    try comparison.folder.write(
      #"{ models = { default = "o/a"; coding = "o/z"; fast = big; stage0_embedding = null; }; }"#, to: "models.nix")
    let source = comparison.folder.url.appending(path: "models.nix").path
    let result = try comparison.program.run("registry", "diff", "--json", "--source", source)
    #expect(result.status == 1, "\(result.errors)")
    let differences = try JSONValue(parsing: result.output)["differences"]?.array ?? []
    #expect(differences.map { $0["role"]?.string } == ["coding", "fast"])
    #expect(differences.first?["source"] == "o/z")
    #expect(differences.last?["source"]?.string?.contains("isn't a plain string") == true)
  }

  @Test("The registry's form is said, a bad role is listed and blocks no other, and the policy is checked")
  func show() throws {
    let comparison = try Comparison()
    let text = #"{"models": {"default": "smollm2-135m", "stage0_embedding": "", "bad": 7, "x\u001b[1m": "y"}}"#
    try comparison.folder.write(text, to: "registry.json")
    let shown = try comparison.program.run("registry", "show")
    #expect(shown.status == 0, "\(shown.errors)")
    let lines = shown.output.split(separator: "\n")
    #expect(lines.first?.hasSuffix("/registry.json: JSON of roles and ids") == true)
    #expect(lines.contains { $0.hasPrefix("stage0_embedding") && $0.contains("not set") })
    #expect(lines.contains { $0.hasPrefix("bad") && $0.contains("must be a string, found a number") })
    #expect(!shown.output.contains("\u{1B}"))
    #expect(try comparison.program.run("registry", "resolve", "default").output == "smollm2-135m\n")
    #expect(try comparison.program.run("registry", "resolve", "stage0_embedding").status == 2)
    let json = try JSONValue(parsing: comparison.program.run("registry", "show", "--json").output)
    #expect(json["form"] == "models")
    #expect(json["roles"]?["bad"]?["model"] == .null && json["roles"]?["bad"]?["problem"]?.string != nil)

    try comparison.folder.write(
      #"{"roles": {"default": {"tier": "interactive", "names": ["smollm2-*"]}}}"#, to: "resident.json")
    let checked = try comparison.program.run("policy", "check")
    #expect(checked.status == 0, "\(checked.errors)")
    #expect(checked.output.contains("default needs a model whose id is like smollm2-*"))
    try comparison.folder.write(#"{"roles": {"defualt": {"proof": "hashed"}}}"#, to: "resident.json")
    let mistyped = try comparison.program.run("policy", "check")
    #expect(mistyped.status == 2 && mistyped.errors.contains(#"no role "defualt" here"#))
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
