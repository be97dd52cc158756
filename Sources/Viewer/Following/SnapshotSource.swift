import Envelopes
import Foundation
import ModelRegistry
import Report
import Store

/// Makes snapshots of a database and a registry.
struct SnapshotSource: Sendable {
  private let reader: StoreReader
  private let registry: URL
  private let database: URL
  private let charts: ChartLibrary?

  /// - Throws: `StoreError.file` where the database cannot be read.
  init(database: URL, registry: URL, charts: ChartLibrary?) throws {
    reader = try StoreReader(database, name: "follower")
    self.database = database
    self.registry = registry
    self.charts = charts
  }

  func dataVersion() async throws -> Int { try await reader.read { try $0.dataVersion() } }

  var registryStamp: RegistryStamp { RegistryStamp(registry) }

  /// The name of what a snapshot would show now; samples alone do not change it.
  func revision() async throws -> String {
    let revision = try await reader.read { try $0.revision() }
    let file = (try? FileManager.default.attributesOfItem(atPath: database.path))?[.systemFileNumber] as? NSNumber
    return "\(Self.format)-\(String(file?.uint64Value ?? 0, radix: 36))-\(revision)-\(registryStamp)"
  }

  func snapshot(_ revision: String) async throws -> Snapshot {
    let (roles, problem) = RegistryFile(registry).modelsIfReadable
    return try await reader.read { store in
      let records = SnapshotRecords(
        edits: try store.registryEdits(role: nil).filter { $0.state == .done },
        lastNight: try store.nights().last?.summary, registryProblem: problem)
      return Snapshot(try Overview(store, registry: roles), records, charts, revision: revision)
    }
  }

  func running() async throws -> [RunningSession] {
    try await reader.read { store in
      try store.progress().map { progress in
        let envelope = try? Envelope(source: store.session(progress.number).envelope)
        return RunningSession(
          progress: progress, planned: envelope.map { $0.samples(isComparison: progress.resident != nil) })
      }
    }
  }

  /// Another number for other bodies of the same facts, so that no client keeps an old program's.
  private static let format = 2
}

extension Envelope {
  fileprivate func samples(isComparison: Bool) -> Int {
    let requests = requests
    return (requests.throughput + requests.answers + requests.turns) / (isComparison ? 1 : 2)
  }
}
