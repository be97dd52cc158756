import Foundation
import TestSupport
import Testing

@testable import Platform

@Suite("Program output")
struct ProgramOutputTests {
  private let sh = URL(fileURLWithPath: "/bin/sh")

  private func run(_ text: String, input: Data = Data(), within limit: Duration? = nil) throws -> ProgramOutput {
    try ProgramOutput(running: sh, ["-c", text], input: input, within: limit)
  }

  @Test("Both outputs, the exit status and the text without white space are kept")
  func outputs() throws {
    let output = try run("echo ' out '; echo errors >&2; exit 3")
    #expect(output.bytes == Data(" out \n".utf8) && output.text == "out")
    #expect(output.errors == Data("errors\n".utf8) && output.errorText == "errors")
    #expect(output.exit == .exited(3) && output.status == 3)
    #expect(try run("").text == nil)
    #expect(try run("kill -TERM $$").exit == .signalled(SIGTERM))
  }

  @Test("More than pipes hold is written and read at once")
  func large() throws {
    let input = Data((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0) })
    let output = try run("cat; head -c 3000000 /dev/zero >&2", input: input)
    #expect(output.bytes == input)
    #expect(output.errors.count == 3_000_000)
  }

  @Test("Input that a program does not read is dropped")
  func unreadInput() throws {
    #expect(try run("exec <&-; exit 4", input: Data(count: 3_000_000)).exit == .exited(4))
  }

  @Test(
    "After the time limit, the program is killed with what it has started",
    arguments: [
      "sleep 60 & sleep 60", "exec >&- 2>&-; sleep 60", "yes",
    ])
  func timeLimit(_ text: String) {
    let start = ContinuousClock.now
    #expect(throws: ProgramOutput.Failure.timedOut) { try run(text, within: .milliseconds(200)) }
    #expect(ContinuousClock.now - start < .seconds(30))
  }

  @Test("Standard error is passed on as it comes")
  func progress() throws {
    let folder = try TemporaryFolder()
    let path = folder("passed").path
    var parts: [Data] = []
    // The second line is written only once the first has been passed on.
    let script = "echo 1 >&2; until [ -e '\(path)' ]; do sleep 0.01; done; echo 2 >&2"
    let output = try ProgramOutput(running: sh, ["-c", script], within: .seconds(60)) { part in
      parts.append(part)
      _ = FileManager.default.createFile(atPath: path, contents: nil)
    }
    #expect(parts == [Data("1\n".utf8), Data("2\n".utf8)])
    #expect(output.errors == Data("1\n2\n".utf8))
  }

  @Test("The environment is the one that is given")
  func environment() throws {
    let env = URL(fileURLWithPath: "/usr/bin/env")
    #expect(try ProgramOutput(running: env, [], environment: ["ONE": "1"]).text == "ONE=1")
    #expect(ProgramOutput(of: env, ["printenv", "PATH"])?.text == ProcessInfo.processInfo.environment["PATH"])
  }

  @Test("A program that is not there is an error in the system's words, or nil")
  func missing() {
    let program = URL(fileURLWithPath: "/nowhere/program")
    #expect(throws: ProgramOutput.Failure.notStarted(reason: "No such file or directory")) {
      try ProgramOutput(running: program, [])
    }
    #expect(ProgramOutput(of: program, []) == nil)
  }
}
