import Foundation
import JSON
import Synchronization

/// Tells a command of the user's each verdict.
final class VerdictHook: Sendable {
  private let command: String?
  private let failures = Mutex<[String]>([])

  init(command: String?) { self.command = command }

  /// What went wrong so far, in words.
  var problems: [String] { failures.withLock { $0 } }

  /// Runs the command with the verdict on its standard input, and waits for its end.
  func tell(_ verdict: JSONValue) {
    guard let command else { return }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", command]
    let input = Pipe()
    process.standardInput = input
    // Standard output is the summary's.
    process.standardOutput = FileHandle.standardError
    do {
      try process.run()
      // A command that does not read is none of the night's business.
      try? input.fileHandleForWriting.write(contentsOf: Data((verdict.serialized() + "\n").utf8))
      try? input.fileHandleForWriting.close()
      process.waitUntilExit()
      if process.terminationStatus != 0 {
        failures.withLock { $0.append("the command for verdicts ended with status \(process.terminationStatus)") }
      }
    } catch {
      failures.withLock { $0.append("the command for verdicts could not be started: \(error)") }
    }
  }
}
