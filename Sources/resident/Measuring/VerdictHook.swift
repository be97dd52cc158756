import Foundation
import JSON
import Platform
import Synchronization

/// Runs a command of the user's after each verdict.
///
/// It is the leader of a process group, which ends with it, after the limit or with the night, whichever is first.
final class VerdictHook: Sendable {
  private let command: String?
  private let limit: Duration
  private let failures = Mutex<[String]>([])
  private let state = Mutex<(running: ChildProcess?, isStopped: Bool)>((nil, false))

  /// - Parameter limit: How long the command may run each time.
  init(command: String?, limit: Duration) {
    self.command = command
    self.limit = limit
  }

  /// What went wrong so far, in words.
  var problems: [String] { failures.withLock { $0 } }

  /// Runs the command with the verdict on its standard input, and waits for its end.
  func tell(_ verdict: JSONValue) {
    guard let command else { return }
    do {
      let started = try state.withLock { state throws(ChildProcess.NotStarted) -> ChildProcess? in
        guard !state.isStopped else { return nil }
        // Standard output is the summary's.
        let process = try ChildProcess(
          "/bin/sh", ["-c", command], input: .pipe, output: .file(Terminal.errorsOfOwnCommand),
          errors: .file(Terminal.errorsOfOwnCommand))
        state.running = process
        return process
      }
      guard let process = started else { return }
      defer { state.withLock { $0.running = nil } }
      let run = try ProgramOutput(
        finishing: process, input: Data((verdict.serialized() + "\n").utf8), within: limit, endsGroup: true)
      if run.exit != .exited(0) { report("the command for verdicts \(run.exit)") }
    } catch let error as ChildProcess.NotStarted {
      report("the command for verdicts could not be started: \(error.reason)")
    } catch ProgramOutput.Failure.timedOut {
      report("the command for verdicts was ended after \(limit.components.seconds) s, its limit")
    } catch {
      report("the command for verdicts failed: \(error)")
    }
  }

  /// Ends the command that runs, if one does; none is started afterwards.
  func stop() {
    state.withLock { state in
      state.isStopped = true
      state.running?.killGroup()
    }
  }

  private func report(_ problem: String) { failures.withLock { $0.append(problem) } }
}
