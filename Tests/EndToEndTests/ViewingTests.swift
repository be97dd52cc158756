import Foundation
import JSON
import TestSupport
import Testing

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// Commands that show what was measured, through the built programs.
@Suite("status, show and serve on the command line")
struct ViewingTests {
  private let comparison: Comparison

  init() throws { comparison = try Comparison() }

  @Test("Before and after a comparison, status says who holds which role and what is missing")
  func status() throws {
    let program = comparison.program
    #expect(try program.run("status").status == 2)
    _ = try comparison.run()
    let status = try program.run("status")
    #expect(status.status == 0, "\(status.errors)")
    let sections = [
      "roles\n  role     resident      since  evidence\n", "\nlast night\n  none was recorded\n",
      "\nnow\n  nothing is measured on this machine\n", "\nopen verdicts\n",
    ]
    for section in sections { #expect(status.output.contains(section), "\(status.output)") }
    #expect(status.output.contains("  default  smollm2-135m  -      named in the registry\n"))
    #expect(!status.output.contains("\u{1B}"))
    let json = try JSONValue(parsing: try program.run("status", "--json").output)
    #expect(json["roles"]?.array?.count == 2 && json["lock_holder"] == .null)
    #expect(json["roles"]?.array?.last?["holder"]?.string == "smollm2-135m")
  }

  @Test("show prints the verdict's rules and the pairs behind them; an unknown comparison is an error")
  func show() throws {
    let program = comparison.program
    let verdict = try #require(try comparison.run()["verdict"])
    let shown = try program.run("show", "1")
    #expect(shown.status == 0, "\(shown.errors)")
    for part in [
      "comparison 1, measured here\n", "objectives", "guardrails",
      "\npairs, an advantage above 0 is better for the candidate\n",
    ] {
      #expect(shown.output.contains(part), "\(shown.output)")
    }
    let json = try JSONValue(parsing: try program.run("show", "1", "--json").output)
    #expect(json["verdict"] == verdict)
    let points = try #require(json["traces"]?.array?.first?["points"]?.array)
    let scored = points.count { $0["void_reason"] == .null }
    // A busy machine voids blocks, and a single one has no effect.
    #expect((scored < 2 ? nil : scored) == verdict["objectives"]?.array?.first?["effect"]?["blocks"]?.integer)
    let unknown = try program.run("show", "77")
    #expect(unknown.status == 2 && unknown.errors.contains("77"))
  }

  @Test(
    "serve becomes the server, prints its address, answers, and exits with 0 on SIGTERM", .timeLimit(.minutes(15)))
  func serve() async throws {
    let program = comparison.program
    _ = try comparison.run()
    let output = try comparison.folder.write("", to: "address")
    let process = try program.start(
      ["serve", "--port", "0"], output: FileHandle(forWritingTo: output), errors: .standardError)
    defer { process.terminate() }
    let address = try await Self.address(in: output, of: process)
    let (data, _) = try await URLSession.shared.data(from: address.appendingPathComponent("api/comparisons/1"))
    #expect(try JSONValue(parsing: Array(data))["comparison"]?["number"]?.integer == 1)
    process.terminate()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 0)
  }

  @Test("A server that is not built, or a port out of range, is one error that says what to do")
  func missing() throws {
    let alone = comparison.folder("resident")
    try FileManager.default.copyItem(at: Program.executable, to: alone)
    let files = try ["out", "err"].map { try comparison.folder.write("", to: $0) }
    let process = Process()
    process.executableURL = alone
    process.arguments = ["serve"]
    process.standardOutput = try FileHandle(forWritingTo: files[0])
    process.standardError = try FileHandle(forWritingTo: files[1])
    try process.run()
    process.waitUntilExit()
    let errors = try String(contentsOf: files[1], encoding: .utf8)
    #expect(process.terminationStatus == 2 && errors.contains("make serve"), "\(errors)")
    #expect(try comparison.program.run("serve", "--port", "65536").status == 2)
  }

  /// Waits for the line that `serve` prints when it accepts requests.
  private static func address(in file: URL, of server: Process) async throws -> URL {
    while server.isRunning {
      let text = try String(contentsOf: file, encoding: .utf8)
      if text.hasSuffix("\n"), let url = text.split(separator: " ").first.flatMap({ URL(string: String($0)) }) {
        return url
      }
      try await Task.sleep(for: .milliseconds(50))
    }
    throw CocoaError(.fileReadUnknown)
  }
}
