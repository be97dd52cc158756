import Dispatch
import Foundation
import Synchronization

/// Reads a worker's two output streams and waits for its end.
final class WorkerOutput: Sendable {
  fileprivate struct State {
    var lines: [[UInt8]] = []
    /// Bytes of `lines`: a worker that talks without being asked must not fill this process's memory.
    var queuedBytes = 0
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
    drain(output) { state, line in
      state.queuedBytes += line.count
      if state.queuedBytes > WorkerProtocol.lineLimit { state.isOverfull = true }
      if state.isOverfull { state.lines = [] } else { state.lines.append(line) }
    }
    drain(errors) { state, line in
      state.lastErrors.append(String(decoding: line.prefix(1_000), as: UTF8.self))
      if state.lastErrors.count > Self.keptErrorLines { state.lastErrors.removeFirst() }
    }
  }

  /// The next line of standard output.
  ///
  /// - Throws: `.died` at the end of the output, `.timedOut` after `seconds`, `.notAWorker` for an endless line.
  func nextLine(for operation: String, within seconds: Double) async throws(WorkerFailure) -> [UInt8] {
    // By a clock that stands while the machine sleeps: a worker that could not run has not hung.
    let deadline = DispatchTime.now() + seconds
    while true {
      let (line, isOver, isOverfull) = state.withLock { state in
        (state.takeLine(), state.isOver, state.isOverfull)
      }
      // Before any line: what came before the flood is no answer to be trusted.
      if isOverfull { throw .notAWorker("more than \(WorkerProtocol.lineLimit >> 20) MiB that nobody asked for") }
      if let line { return line }
      if isOver { throw await death() }
      guard DispatchTime.now() < deadline else { throw .timedOut(operation: operation, seconds: seconds) }
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
      // Here and not when the last reference goes: Foundation keeps some for good.
      try? handle.close()
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
  private func waitForChange(until deadline: DispatchTime) async {
    // A sleeping task would stay in memory until its time even when cancelled, and there is one for each request.
    let alarm = DispatchSource.makeTimerSource()
    alarm.schedule(deadline: deadline)
    alarm.setEventHandler { [weak self] in self?.change { _ in } }
    alarm.resume()
    await withCheckedContinuation { continuation in
      let isPending = state.withLock { state in
        guard state.lines.isEmpty, !state.isOver, !state.isOverfull, DispatchTime.now() < deadline else {
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
  fileprivate mutating func takeLine() -> [UInt8]? {
    guard !lines.isEmpty else { return nil }
    queuedBytes -= lines[0].count
    return lines.removeFirst()
  }

  /// Whether nothing more will come.
  fileprivate var isOver: Bool { openStreams == 0 && exit != nil }
}
