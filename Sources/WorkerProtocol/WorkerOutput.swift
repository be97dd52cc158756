import Foundation
import Synchronization

/// Reads a worker's two output streams and waits for its end.
final class WorkerOutput: Sendable {
  fileprivate struct State {
    var lines: [[UInt8]] = []
    var lastErrors: [String] = []
    var openStreams = 2
    var exit: ExitStatus?
    var isOverfull = false
    var waiter: CheckedContinuation<Void, Never>?
  }

  private let state = Mutex(State())
  private static let keptErrorLines = 5

  init(_ process: Process) {
    process.terminationHandler = { [weak self] ended in
      let status: ExitStatus =
        ended.terminationReason == .exit
        ? .exited(ended.terminationStatus) : .signalled(ended.terminationStatus)
      self?.change { $0.exit = status }
    }
  }

  /// Reads both streams to their ends, each on a thread of its own: a pipe that fills up would stop the worker.
  func read(_ output: FileHandle, errors: FileHandle) {
    drain(output) { state, line in state.lines.append(line) }
    drain(errors) { state, line in
      state.lastErrors.append(String(decoding: line.prefix(1_000), as: UTF8.self))
      if state.lastErrors.count > Self.keptErrorLines { state.lastErrors.removeFirst() }
    }
  }

  /// The next line of standard output.
  ///
  /// - Throws: `.died` at the end of the output, `.timedOut` after `seconds`, `.notAWorker` for an endless line.
  func nextLine(for operation: String, within seconds: Double) async throws(WorkerFailure) -> [UInt8] {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while true {
      let (line, isOver, isOverfull) = state.withLock { state in
        (state.lines.isEmpty ? nil : state.lines.removeFirst(), state.isOver, state.isOverfull)
      }
      if let line { return line }
      if isOverfull { throw .notAWorker("a line of more than \(WorkerProtocol.lineLimit >> 20) MiB") }
      if isOver { throw await death() }
      guard ContinuousClock.now < deadline else { throw .timedOut(operation: operation, seconds: seconds) }
      await waitForChange(until: deadline)
    }
  }

  /// The failure that the worker's end is.
  func death() async -> WorkerFailure {
    let status = await waitForExit(within: 10)
    return .died(status: status ?? .exited(-1), lastLines: state.withLock { $0.lastErrors })
  }

  /// The exit status, or nil where the process still runs after `seconds`.
  func waitForExit(within seconds: Double) async -> ExitStatus? {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < deadline {
      if let exit = state.withLock({ $0.isOver ? $0.exit : nil }) { return exit }
      try? await Task.sleep(for: .milliseconds(5))
    }
    return state.withLock { $0.exit }
  }

  private func drain(_ handle: FileHandle, _ take: @escaping @Sendable (inout State, [UInt8]) -> Void) {
    let thread = Thread {
      var buffer = LineBuffer()
      while true {
        let data = handle.availableData
        if data.isEmpty { break }
        let lines = buffer.append(data)
        let isOverfull = buffer.isOverfull
        self.change { state in
          for line in lines { take(&state, line) }
          state.isOverfull = state.isOverfull || isOverfull
        }
      }
      self.change { $0.openStreams -= 1 }
    }
    thread.start()
  }

  private func change(_ body: (inout State) -> Void) {
    let waiter = state.withLock { state in
      body(&state)
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume()
  }

  /// Returns at the next change or at the deadline; only one caller waits at a time.
  private func waitForChange(until deadline: ContinuousClock.Instant) async {
    let alarm = Task {
      try? await Task.sleep(until: deadline)
      self.change { _ in }
    }
    await withCheckedContinuation { continuation in
      let isPending = state.withLock { state in
        guard state.lines.isEmpty, !state.isOver, !state.isOverfull, ContinuousClock.now < deadline else {
          return false
        }
        state.waiter = continuation
        return true
      }
      if !isPending { continuation.resume() }
    }
    alarm.cancel()
  }
}

extension WorkerOutput.State {
  /// Whether nothing more will come.
  fileprivate var isOver: Bool { openStreams == 0 && exit != nil }
}
