import Foundation
import Testing

@testable import Platform

@Suite("Child process")
struct ChildProcessTests {
  private func shell(_ text: String) throws -> ChildProcess { try ChildProcess("/bin/sh", ["-c", text]) }

  /// The end of a process that is about to end by itself.
  private func end(of child: ChildProcess) throws -> Int32 {
    for _ in 0..<2_000 {
      if let status = child.takeEnd() { return status }
      usleep(5_000)
    }
    throw CocoaError(.featureUnsupported)
  }

  @Test("It has three streams, which end with it, and its end is told")
  func streams() throws {
    let child = try shell("read word; echo \"out $word\"; echo \"errors $word\" >&2; exit 3")
    #expect(child.takeEnd() == nil)
    try child.input.write(contentsOf: Data("hello\n".utf8))
    #expect(String(decoding: child.output.readDataToEndOfFile(), as: UTF8.self) == "out hello\n")
    #expect(String(decoding: child.errors.readDataToEndOfFile(), as: UTF8.self) == "errors hello\n")
    #expect(try end(of: child) == 3 << 8)
  }

  @Test("A signal that ended it is told")
  func signalled() throws {
    let child = try shell("sleep 60")
    kill(child.identifier, SIGKILL)
    #expect(try end(of: child) == SIGKILL)
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

  @Test("It leads a process group of its own, and no signal is blocked that its starter blocks")
  func groupAndSignals() async throws {
    // From a thread of a dispatch queue, which blocks signals.
    let child = try await Task.detached { try self.shell("echo $$; kill -TERM $$; sleep 60") }.value
    let text = String(decoding: child.output.readDataToEndOfFile(), as: UTF8.self)
    #expect(text == "\(child.identifier)\n")
    #expect(try end(of: child) == SIGTERM)
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
