import Foundation
import TestSupport
import Testing

@testable import Platform

@Suite("Child process")
struct ChildProcessTests {
  private func shell(_ text: String) throws -> ChildProcess { try ChildProcess("/bin/sh", ["-c", text]) }

  /// The end of a process that is about to end by itself.
  private func end(of child: ChildProcess) throws -> Platform.ExitStatus {
    for _ in 0..<2_000 {
      if let status = child.reap() { return status }
      usleep(5_000)
    }
    throw CocoaError(.featureUnsupported)
  }

  @Test("It has three streams, which end with it, and an exit status")
  func streams() throws {
    let child = try shell("read word; echo \"out $word\"; echo \"errors $word\" >&2; exit 3")
    #expect(child.reap() == nil)
    try child.input.write(contentsOf: Data("hello\n".utf8))
    #expect(String(decoding: child.output.readDataToEndOfFile(), as: UTF8.self) == "out hello\n")
    #expect(String(decoding: child.errors.readDataToEndOfFile(), as: UTF8.self) == "errors hello\n")
    #expect(try end(of: child) == .exited(3))
  }

  @Test("A signal that ended it is part of its status, which can be asked for again")
  func signalled() throws {
    let child = try shell("sleep 60")
    kill(child.identifier, SIGKILL)
    #expect(try end(of: child) == .signalled(SIGKILL))
    #expect(child.reap() == .signalled(SIGKILL))
    child.killGroup()
  }

  @Test("Its group is killed with what it has started")
  func group() throws {
    let child = try shell("sleep 60 & echo started; wait")
    _ = child.output.availableData
    child.killGroup()
    // The background process would keep the pipe open.
    #expect(child.output.readDataToEndOfFile().isEmpty)
    #expect(child.wait() == .signalled(SIGKILL))
  }

  @Test("A stream may be a file, also a standard stream of this process, or nothing")
  func otherStreams() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("in\n", to: "in")
    try folder.write("", to: "out")
    let output = try FileHandle(forWritingTo: folder("out"))
    let child = try ChildProcess(
      "/bin/sh", ["-c", "cat; echo errors >&2"], environment: [:], input: .file(FileHandle(forReadingFrom: file)),
      output: .file(output), errors: .file(output))
    #expect(child.wait() == .exited(0))
    #expect(try folder.text(of: "out") == "in\nerrors\n")
    let silent = try ChildProcess(
      "/bin/sh", ["-c", "cat; echo lost"], input: .null, output: .null, errors: .file(.standardError))
    #expect(silent.wait() == .exited(0))
  }

  @Test("What one child could write to, another does not keep open")
  func inheritance() throws {
    let first = try shell("cat")
    let second = try shell("cat")
    try first.input.close()
    #expect(first.output.readDataToEndOfFile().isEmpty)
    try second.input.close()
    _ = try (end(of: first), end(of: second))
  }

  @Test("It leads a new process group, and no signal is blocked that its starter blocks")
  func groupAndSignals() async throws {
    // From a thread of a dispatch queue, which blocks signals.
    let child = try await Task.detached { try self.shell("echo $$; kill -TERM $$; sleep 60") }.value
    let text = String(decoding: child.output.readDataToEndOfFile(), as: UTF8.self)
    #expect(text == "\(child.identifier)\n")
    #expect(try end(of: child) == .signalled(SIGTERM))
    let leader = try shell("ps -o pgid= -p $$")
    let group = String(decoding: leader.output.readDataToEndOfFile(), as: UTF8.self)
    #expect(Int32(group.trimmingCharacters(in: .whitespacesAndNewlines)) == leader.identifier)
    _ = try end(of: leader)
  }

  @Test("A program that is not there is an error in the system's words")
  func missing() {
    do {
      _ = try ChildProcess("/nowhere/program", [])
      Issue.record("it was started")
    } catch {
      #expect(error.reason == "No such file or directory")
    }
  }
}
