import Foundation
import ServiceLifecycle
import Store
import Synchronization

/// Looks at the database several times per second, keeps the latest snapshot and tells listeners what has changed.
///
/// Requests are answered from the latest snapshot, so none of them waits for a new one.
struct StoreFollower: Service {
  let source: SnapshotSource
  let latest: LatestSnapshot
  let feed: EventFeed
  let pace: ViewerPace
  /// Called with each problem once, in one line.
  let report: @Sendable (String) -> Void

  /// Runs until a graceful shutdown.
  func run() async throws {
    try? await cancelWhenGracefulShutdown {
      var sight = Sight()
      while true {
        await look(&sight)
        try await Task.sleep(for: pace.look)
      }
    }
  }

  /// What was seen last.
  private struct Sight {
    var dataVersion: Int?
    var stamp: RegistryStamp?
    var running: [RunningSession] = []
    var problem = ""
    var lastSent = ContinuousClock.now
  }

  private func look(_ sight: inout Sight) async {
    do {
      let (version, stamp) = (try await source.dataVersion(), source.registryStamp)
      if (version, stamp) != (sight.dataVersion, sight.stamp) {
        try await refresh(&sight)
        (sight.dataVersion, sight.stamp) = (version, stamp)
      }
      sight.problem = ""
    } catch is CancellationError {
      return
    } catch {
      if "\(error)" != sight.problem { report("\(error)") }
      sight.problem = "\(error)"
    }
    if sight.lastSent.duration(to: .now) >= pace.heartbeat { send(.heartbeat, &sight) }
  }

  private func refresh(_ sight: inout Sight) async throws {
    let running = try await source.running()
    latest.set(running)
    for session in running where !sight.running.contains(session) {
      send(.event(name: "progress", data: session.json), &sight)
    }
    let numbers = Set(running.map { $0.progress.number })
    for former in sight.running where !numbers.contains(former.progress.number) {
      send(.event(name: "ended", data: former.json), &sight)
    }
    sight.running = running
    let revision = try await source.revision()
    if revision != latest.snapshot.revision {
      latest.set(try await source.snapshot(revision))
      send(.event(name: "changed", data: ["revision": .string(revision)]), &sight)
    }
  }

  private func send(_ event: ServerSentEvent, _ sight: inout Sight) {
    feed.send(event)
    sight.lastSent = .now
  }
}

/// What requests are answered from, shared by the follower and the routes.
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
  /// The sessions that are being measured, newest first.
  var running: [RunningSession] { state.withLock(\.running) }

  func set(_ snapshot: Snapshot) { state.withLock { $0.snapshot = snapshot } }
  func set(_ running: [RunningSession]) { state.withLock { $0.running = running } }
}
