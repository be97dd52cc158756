import Foundation
import JSON
import ServiceLifecycle
import Store

/// Looks at the database a few times a second, keeps the latest snapshot and tells listeners what became different.
///
/// Requests are answered from the snapshot, so none of them waits for one to be made.
struct StoreFollower: Service {
  let source: SnapshotSource
  let latest: LatestSnapshot
  let feed: EventFeed
  let pace: ViewerPace
  /// Hears of what goes wrong, once each.
  let report: @Sendable (String) -> Void

  /// Until a graceful shutdown.
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
