import Dispatch
import Foundation
import Platform
import Synchronization

/// Reads a worker's two output streams and waits for its end.
final class WorkerOutput: Sendable {
  private enum Stream { case output, errors }

  private struct State {
    private static let keptErrorLines = 5

    var lines: [[UInt8]] = []
    /// Bytes of `lines`: a worker that talks without being asked must not fill this process's memory.
    var queuedBytes = 0
    var lastErrors: [String] = []
    /// The start of the next line of each stream that is still open.
    var buffers: [Stream: LineBuffer] = [.output: LineBuffer(), .errors: LineBuffer()]
    var exit: ExitStatus?
    var isOverfull = false
    var waiter: CheckedContinuation<Void, Never>?

    /// Whether nothing more will come.
    var isOver: Bool { buffers.isEmpty }

    mutating func takeLine() -> [UInt8]? {
      guard !lines.isEmpty else { return nil }
      queuedBytes -= lines[0].count
      return lines.removeFirst()
    }

    mutating func take(_ data: Data, of stream: Stream) {
      let complete = buffers[stream]?.append(data) ?? []
      isOverfull = isOverfull || buffers[stream]?.isOverfull == true
      switch stream {
      case .output:
        queuedBytes += complete.reduce(0) { $0 + $1.count }
        isOverfull = isOverfull || queuedBytes > WorkerProtocol.lineLimit
        if isOverfull { lines = [] } else { lines += complete }
      case .errors:
        let texts = complete.suffix(Self.keptErrorLines).map { String(decoding: $0.prefix(1_000), as: UTF8.self) }
        lastErrors = (lastErrors + texts).suffix(Self.keptErrorLines)
      }
    }
  }

  private let state = Mutex(State())
  private let process: ChildProcess
  // Scheduled by the caller that waits; safe to use from any thread.
  private nonisolated(unsafe) let alarm: any DispatchSourceTimer

  /// Reads both streams to their ends: a pipe that fills up would stop the worker.
  init(_ process: ChildProcess) {
    self.process = process
    alarm = DispatchSource.makeTimerSource()
    alarm.schedule(deadline: .distantFuture)
    alarm.setEventHandler { [weak self] in self?.change { _ in } }
    alarm.activate()
    drain(process.output, .output)
    drain(process.errors, .errors)
  }

  deinit { alarm.cancel() }

  /// The next line of standard output.
  ///
  /// - Throws: `.died` at the end of the output, `.timedOut` after `seconds`, `.notAWorker` for an endless line.
  func nextLine(for operation: String, within seconds: Double) async throws(WorkerFailure) -> [UInt8] {
    // This clock stops while the machine sleeps: a worker that could not run has not hung.
    let deadline = DispatchTime.now() + seconds
    while true {
      let (line, isOver, isOverfull) = state.withLock { state in
        (state.takeLine(), state.isOver, state.isOverfull)
      }
      // Checked before any line: what came before the flood is not to be trusted as an answer.
      if isOverfull { throw .notAWorker("more than \(WorkerProtocol.lineLimit >> 20) MiB that nobody asked for") }
      if let line { return line }
      if isOver { throw await death() }
      guard DispatchTime.now() < deadline else { throw .timedOut(operation: operation, seconds: seconds) }
      await waitForChange(until: deadline)
    }
  }

  /// Waits for the process to end and returns that as a failure.
  func death() async -> WorkerFailure {
    let status = await waitForExit(within: 10)
    return .died(status: status ?? .exited(-1), lastLines: state.withLock { $0.lastErrors })
  }

  /// The exit status, or nil if the process is still running after `seconds`.
  func waitForExit(within seconds: Double) async -> ExitStatus? {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < deadline {
      if let exit = exit, state.withLock({ $0.isOver }) { return exit }
      try? await Task.sleep(for: .milliseconds(5))
    }
    return exit
  }

  /// Ends the process by force, with all that it started, unless it has ended: another process may have its number by then.
  func kill() {
    state.withLock { state in
      if state.exit == nil { process.killGroup() }
    }
  }

  private var exit: ExitStatus? {
    state.withLock { state in
      if state.exit == nil { state.exit = process.reap() }
      return state.exit
    }
  }

  private func drain(_ handle: FileHandle, _ stream: Stream) {
    // A thread, because on Linux dispatch sources were seen to miss the end of a pipe.
    let thread = Thread {
      while true {
        let data = handle.availableData
        if data.isEmpty { break }
        self.change { $0.take(data, of: stream) }
      }
      // Here and not when the last reference goes: Foundation keeps some forever.
      try? handle.close()
      self.change { $0.buffers[stream] = nil }
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
    // A sleeping task would stay in memory until its time even if cancelled, and there would be one per request.
    alarm.schedule(deadline: deadline)
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
    alarm.schedule(deadline: .distantFuture)
  }
}
