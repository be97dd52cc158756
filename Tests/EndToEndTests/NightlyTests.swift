import Foundation
import JSON
import TestSupport
import Testing

/// Nights with real weights, and what they need of the machine.
@Suite("Nights on the command line", .serialized)
struct NightlyTests {
  private let comparison: Comparison

  init() throws {
    comparison = try Comparison(minimumEffect: 0.9)
    try comparison.folder.write(
      """
      {"schema": 1, "id": "e2e", "roles": ["default"], "candidates": ["smollm2-135m-4bit-g64"],
       "envelopes": ["tiny.json"], "budget": {"minutes": 60}, "sentinel": false, "threads": 1}
      """, to: "plan.json")
  }

  @Test("A dry run schedules, the night measures and tells its verdict, and nothing is left for the next")
  func night() throws {
    let program = comparison.program
    let before = comparison.folder.names
    let dry = try program.run("nightly", "plan.json", "--dry-run", "--json")
    try #require(dry.status == 0, "\(dry.errors)")
    #expect(comparison.folder.names == before, "not even an empty database is made")
    #expect(
      try JSONValue(parsing: dry.output)["tasks"]?.array?.compactMap { $0["kind"]?.string } == [
        "screening", "comparison",
      ])
    let night = try program.run(
      "nightly", "plan.json", "--on-verdict", "cat > verdict.json", "--summary", "out", "--export", "results")
    #expect(night.status == 0, "\(night.errors)\(night.output)")
    let verdict = try JSONValue(parsing: comparison.folder.text(of: "verdict.json"))
    #expect(verdict["outcome"]?.string != nil)
    let summary = try JSONValue(parsing: comparison.folder.text(of: "out/night.json"))
    #expect(summary["results"]?.array?.count == 2)
    #expect(summary["exported"]?.array?.isEmpty == false)
    let rankings = try comparison.folder.text(of: "results/RANKINGS.md")
    #expect(rankings.contains("\n[^"))
    #expect(try comparison.registryText == Comparison.registry)
  }

  @Test("A night signs what it exports by the key that it was given, and refuses a key that is none before it measures")
  func signed() throws {
    let key = comparison.folder("key").path
    let made = Process()
    made.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    made.arguments = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "night", "-f", key]
    made.standardInput = FileHandle.nullDevice
    try made.run()
    made.waitUntilExit()
    try #require(made.terminationStatus == 0)
    let program = comparison.program
    for (file, problem) in [("none", "none is not there"), ("plan.json", "plan.json is no key of ssh-keygen")] {
      let refused = try program.run("nightly", "plan.json", "--export", "results", "--sign-key", file)
      #expect(refused.status == 2 && refused.errors.contains(problem), "\(refused.errors)")
      #expect(!comparison.folder.names.contains("results"))
    }
    let night = try program.run("nightly", "plan.json", "--summary", "out", "--export", "results", "--sign-key", key)
    try #require(night.status == 0, "\(night.errors)\(night.output)")
    let index = try FileManager.default.contentsOfDirectory(atPath: comparison.folder("results/index").path)
    #expect(index.count == 2 && index.filter { $0.hasSuffix(".json.sig") }.count == 1)
    let verified = try program.run("verify", "results")
    #expect(verified.status == 0 && verified.output.contains("1 batch signed by SHA256:"), "\(verified.output)")
    // A signature of other bytes is found.
    let signature = try #require(index.first { $0.hasSuffix(".sig") })
    let text = try comparison.folder.text(of: "results/index/\(signature)")
    try comparison.folder.write(text.replacing("A", with: "B"), to: "results/index/\(signature)")
    let tampered = try program.run("verify", "results")
    #expect(tampered.status == 2 && tampered.errors.contains("is no signature of that file"))
  }

  @Test("A plan with problems is exit code 2 and names each")
  func badPlan() throws {
    try comparison.folder.write("{\"schema\": 1, \"rolls\": []}", to: "bad.json")
    let result = try comparison.program.run("nightly", "bad.json")
    #expect(result.status == 2)
    #expect(result.errors.contains("rolls: is an unknown key; did you mean \"roles\"?"))
  }

  @Test("A plan that names a candidate which the library lacks is exit code 2, before anything is measured")
  func unknownCandidate() throws {
    let plan = try comparison.folder.text(of: "plan.json")
    try comparison.folder.write(plan.replacing("4bit-g64\"", with: "4bit-g46\""), to: "typo.json")
    for arguments in [["--dry-run"], []] {
      let result = try comparison.program.run(["nightly", "typo.json"] + arguments)
      #expect(result.status == 2 && result.output.isEmpty)
      #expect(result.errors.contains("\"smollm2-135m-4bit-g46\"") && result.errors.contains("smollm2-135m-4bit-g64"))
    }
  }

  @Test("A model folder is taken by its path, and one without a model is an error that says so")
  func modelByPath() throws {
    let arguments = ["--against", "smollm2-135m", "--envelope", "tiny.json", "--json"]
    let result = try comparison.program.run(["compare", "./models/smollm2-135m-4bit-g64"] + arguments)
    #expect(result.status == 0, "\(result.errors)")
    let candidate = try JSONValue(parsing: result.output)["verdict"]?["subject"]?["candidate"]?["model"]
    #expect(candidate == "smollm2-135m-4bit-g64")
    let none = try comparison.program.run(["compare", "."] + arguments)
    #expect(none.status == 2 && none.errors.contains("has no config.json"))
    #expect(try JSONValue(parsing: none.output)["error"]?["exit_code"] == 2)
  }

  @Test("An installation is written, named and removed")
  func install() throws {
    let home = comparison.folder("home").path
    let installed = try comparison.program.run("nightly", "install", "plan.json", "--at", "03:30", "--home", home)
    #expect(installed.status == 0 && installed.output.contains("wrote \(home)"), "\(installed.errors)")
    let removed = try comparison.program.run("nightly", "uninstall", "--home", home)
    #expect(removed.output.contains("removed \(home)"))
    #expect(try comparison.program.run("nightly", "uninstall", "--home", home).output.hasPrefix("nothing"))
  }

  @Test("The examination is printed as JSON, and fails if a model is missing")
  func doctor() throws {
    let well = try comparison.program.run("doctor", "--json")
    #expect(well.status == 0, "\(well.output)")
    let registry = try comparison.folder.write("{\"models\": {\"default\": \"gone\"}}", to: "other.json")
    let ill = try comparison.program.run("doctor", "--quick", "--json", "--registry", registry.path)
    #expect(ill.status == 1)
    #expect(
      try JSONValue(parsing: ill.output)["findings"]?.array?.contains { $0["state"]?.string == "failure" } == true)
  }

  @Test("A second measurement steps aside or is refused while another runs, and names it")
  func busy() async throws {
    let lock = comparison.folder("lock")
    let holder = Process()
    holder.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    holder.arguments = [
      "python3", "-c",
      "import fcntl,sys; f=open(sys.argv[1],'w'); fcntl.flock(f,2); f.write('a test'); f.flush(); print(flush=True); input()",
      lock.path,
    ]
    let (input, output) = (Pipe(), Pipe())
    (holder.standardInput, holder.standardOutput) = (input, output)
    try holder.run()
    _ = output.fileHandleForReading.availableData
    let refused = try comparison.program.run("nightly", "plan.json", "--when-busy", "refuse")
    #expect(refused.status == 2 && refused.errors.contains("a test"), "\(refused.errors)")
    let aside = try comparison.program.run("nightly", "plan.json", "--when-busy", "step-aside")
    #expect(aside.status == 0 && aside.errors.contains("stepped aside for a test"), "\(aside.errors)")
    try input.fileHandleForWriting.close()
    holder.waitUntilExit()
  }
}
