import Envelopes
import Foundation
import Measurements
import ModelRegistry
import Platform
import Report
import Store
import Synchronization

/// Makes snapshots of a database and a registry.
struct SnapshotSource: Sendable {
  private let reader: StoreReader
  private let registry: URL
  private let database: URL
  private let charts: ChartLibrary?
  private let judge = LiveJudge()

  /// - Throws: `StoreError.file` if the database can't be read.
  init(database: URL, registry: URL, charts: ChartLibrary?) throws {
    reader = try StoreReader(database, name: "follower")
    self.database = database
    self.registry = registry
    self.charts = charts
  }

  /// A number that changes with every commit of another connection.
  func dataVersion() async throws -> Int { try await reader.read { try $0.dataVersion() } }

  var registryStamp: RegistryStamp { RegistryStamp(registry) }

  /// The imports that count; none under a policy that can't be read, which is for whoever decides something to say.
  private var admission: ImportAdmission { .of(registry) }

  /// The name of what a snapshot would show now. Samples alone do not change it.
  func revision() async throws -> String {
    let revision = try await reader.read { try $0.revision() }
    let file = (try? FileManager.default.attributesOfItem(atPath: database.path))?[.systemFileNumber] as? NSNumber
    return "\(Self.format)-\(String(file?.uint64Value ?? 0, radix: 36))-\(revision)-\(registryStamp)"
  }

  /// - Parameter revision: What ``revision()`` returned.
  func snapshot(_ revision: String) async throws -> Snapshot {
    let (roles, problem) = RegistryFile(registry).modelsIfReadable
    let admission = admission
    return try await reader.read { store in
      let records = SnapshotRecords(
        edits: try store.registryEdits(role: nil).filter { $0.state == .done },
        lastNight: try store.nights().last?.summary, registryProblem: problem)
      var overview = try Overview(store, registry: roles, admitting: admission)
      overview.predictions = try store.predictions()
      return Snapshot(overview, records, charts, revision: revision)
    }
  }

  /// The sessions that are being measured, newest first.
  func running() async throws -> [RunningSession] {
    let admission = admission
    return try await reader.read { [judge] store in
      try store.progress().map { progress in
        let envelope = try? Envelope(source: store.session(progress.number).envelope)
        return RunningSession(
          progress: progress, planned: envelope.map { $0.samples(isComparison: progress.resident != nil) },
          evidence: try judge.evidence(of: progress, in: store, admitting: admission))
      }
    }
  }

  /// Counts changes of the program that show the same facts differently, so that clients do not keep old bodies.
  private static let format = 6
}

extension Envelope {
  /// Samples of the whole plan, void blocks not repeated.
  fileprivate func samples(isComparison: Bool) -> Int {
    let requests = requests
    return (requests.throughput + requests.answers + requests.turns) / (isComparison ? 1 : 2)
  }
}

/// The evidence of single comparisons, read from their samples on request. The last ones are kept.
final class DetailSource: Sendable {
  private struct Kept {
    let revision: String
    let number: SessionNumber
    let detail: ComparisonDetail
  }

  private let reader: StoreReader
  private let envelopes = RecentValues<EnvelopeHash, Envelope>(limit: 16)
  private let kept = Mutex<[Kept]>([])
  private static let limit = 64
  private let registry: URL

  /// - Throws: `StoreError.file` if the database can't be read.
  init(database: URL, registry: URL) throws {
    reader = try StoreReader(database, name: "details")
    self.registry = registry
  }

  /// - Parameter revision: That of the comparison's snapshot.
  func detail(of comparison: Report.Comparison, revision: String) async throws -> ComparisonDetail {
    let number = comparison.number
    let known = kept.withLock { kept in kept.first { $0.revision == revision && $0.number == number }?.detail }
    if let known { return known }
    let admission = ImportAdmission.of(registry)
    let detail = try await reader.read { [envelopes] in
      try ComparisonDetail(comparison, in: $0, admitting: admission, envelopes)
    }
    kept.withLock { kept in
      if kept.count >= Self.limit { kept.removeFirst() }
      kept.append(Kept(revision: revision, number: number, detail: detail))
    }
    return detail
  }
}

/// A connection whose blocking calls run on a dispatch queue: the threads that serve are few.
struct StoreReader: Sendable {
  private let store: MeasurementStore
  private let queue: DispatchQueue

  /// - Throws: `StoreError.file` if the database can't be read.
  init(_ database: URL, name: String) throws {
    store = try MeasurementStore(at: database, mode: .readOnly)
    queue = DispatchQueue(label: "resident.viewer.\(name)")
  }

  func read<Value: Sendable>(_ body: @escaping @Sendable (MeasurementStore) throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      queue.async { continuation.resume(with: Result { try body(store) }) }
    }
  }
}

extension ImportAdmission {
  /// As the policy beside a registry has it.
  fileprivate static func of(_ registry: URL) -> ImportAdmission {
    (try? RegistryPolicyFile(beside: registry).read()?.admission) ?? .none
  }
}

/// The state of the registry's file and of the policy beside it, by their numbers, sizes and modification times.
struct RegistryStamp: Sendable, Hashable, CustomStringConvertible {
  let description: String

  init(_ registry: URL) {
    description = [registry, RegistryPolicyFile(beside: registry).url].map(Self.text).joined(separator: "-")
  }

  private static func text(of file: URL) -> String {
    let attributes = (try? FileManager.default.attributesOfItem(atPath: file.resolvingSymlinksInPath().path)) ?? [:]
    let time = (attributes[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
    let figures = [attributes[.systemFileNumber], attributes[.size]].map { ($0 as? NSNumber)?.uint64Value ?? 0 }
    return (figures + [time.bitPattern]).map { String($0, radix: 36) }.joined(separator: "-")
  }
}
