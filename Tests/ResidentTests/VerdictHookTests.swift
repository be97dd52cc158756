import Foundation
import Platform
import TestSupport
import Testing

@testable import resident

/// Real shells.
@Suite("The command that a night runs after each verdict")
struct VerdictHookTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The process whose number the command wrote.
  private func process(_ name: String) throws -> Int32 {
    let deadline = ContinuousClock.now + .seconds(600)
    while ContinuousClock.now < deadline {
      if let text = try? folder.text(of: name), text.hasSuffix("\n"), let process = Int32(text.dropLast()) {
        return process
      }
      Thread.sleep(forTimeInterval: 0.01)
    }
    throw CocoaError(.fileReadNoSuchFile)
  }

  private func isGone(_ process: Int32) -> Bool {
    let deadline = ContinuousClock.now + .seconds(600)
    while ContinuousClock.now < deadline {
      if !ProcessTable.isRunning(process) { return true }
      Thread.sleep(forTimeInterval: 0.01)
    }
    return false
  }

  @Test("It gets the verdict, and its failure is told")
  func tells() throws {
    let hook = VerdictHook(command: "cat > '\(folder("verdict").path)'; exit 3", limit: .seconds(600))
    hook.tell(["outcome": "hold"])
    #expect(try folder.text(of: "verdict") == "{\"outcome\":\"hold\"}\n")
    #expect(hook.problems == ["the command for verdicts exited with status 3"])
  }

  @Test("One that hangs is ended at its limit, with what it started")
  func hangs() throws {
    let hook = VerdictHook(
      command: "sleep 631 & echo $! > '\(folder("child").path)'; sleep 632", limit: .milliseconds(500))
    hook.tell(["outcome": "hold"])
    #expect(hook.problems == ["the command for verdicts was ended after 0 s, its limit"])
    #expect(isGone(try process("child")))
  }

  @Test("What it leaves in its group ends with it")
  func leavesNothing() throws {
    let hook = VerdictHook(command: "sleep 633 & echo $! > '\(folder("child").path)'", limit: .seconds(600))
    hook.tell(["outcome": "hold"])
    #expect(hook.problems.isEmpty)
    #expect(isGone(try process("child")))
  }

  @Test("One that runs ends when the night is asked to end, and none is started afterwards")
  func stops() throws {
    let command = "echo $$ > '\(folder("shell").path)'; sleep 634"
    let hook = VerdictHook(command: command, limit: .seconds(600))
    // Both wait by blocking a thread, of which tests that are asynchronous have few.
    let ended = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      hook.tell(["outcome": "hold"])
      ended.signal()
    }
    let shell = try process("shell")
    hook.stop()
    ended.wait()
    #expect(isGone(shell))
    try FileManager.default.removeItem(at: folder("shell"))
    hook.tell(["outcome": "hold"])
    #expect(!folder.names.contains("shell"))
  }
}
