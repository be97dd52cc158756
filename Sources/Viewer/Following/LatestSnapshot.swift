import Synchronization

/// What requests are answered from.
final class LatestSnapshot: Sendable {
  private struct State {
    var snapshot: Snapshot
    var running: [RunningSession]
  }

  private let state: Mutex<State>

  init(_ snapshot: Snapshot, running: [RunningSession]) {
    state = Mutex(State(snapshot: snapshot, running: running))
  }

  var snapshot: Snapshot { state.withLock(\.snapshot) }
  /// What is measured now, newest first.
  var running: [RunningSession] { state.withLock(\.running) }

  func set(_ snapshot: Snapshot) { state.withLock { $0.snapshot = snapshot } }
  func set(_ running: [RunningSession]) { state.withLock { $0.running = running } }
}
