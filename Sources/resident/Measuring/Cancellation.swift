import Foundation
import Platform
import Synchronization

/// Whether the user has pressed Ctrl-C; the second time ends the program at once.
final class Cancellation: Sendable {
  private let requests: Counter
  // Releasing it would stop the observation.
  private nonisolated(unsafe) let source: any DispatchSourceSignal

  private final class Counter: Sendable {
    let count = Atomic<Int>(0)
  }

  /// - Parameter onFirst: Called at the first request, on another thread.
  init(onFirst: @escaping @Sendable () -> Void = {}) {
    let requests = Counter()
    self.requests = requests
    source = Signals.observe(.interrupt) {
      if requests.count.add(1, ordering: .relaxed).newValue > 1 { exit(130) }
      onFirst()
    }
  }

  var isRequested: Bool { requests.count.load(ordering: .relaxed) > 0 }
}
