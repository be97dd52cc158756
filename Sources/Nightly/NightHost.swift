import Foundation
import Measurements
import ModelRegistry
import Promotion
import Runner
import Store
import WorkerProtocol

/// What a night works with: the machine's models, registry and database, and the program that serves models.
public struct NightHost: Sendable {
  public var store: MeasurementStore
  /// Keeps the sentinel's comparisons, apart from the database that promotions come from.
  public var calibration: URL
  public var registry: RegistryFile
  public var library: ModelLibrary
  public var command: WorkerCommand
  /// Of this program, for the record.
  public var version: String

  public init(
    store: MeasurementStore, calibration: URL, registry: RegistryFile, library: ModelLibrary, command: WorkerCommand,
    version: String
  ) {
    self.store = store
    self.calibration = calibration
    self.registry = registry
    self.library = library
    self.command = command
    self.version = version
  }

  /// The imports that count, as the policy beside the registry has it.
  ///
  /// - Throws: `RegistryError` for a policy that can't be read.
  public var admission: ImportAdmission {
    get throws { try RegistryPolicyFile(beside: registry.url).read()?.admission ?? .none }
  }

  /// What the roles mean, how far each candidate of a plan has come, and all past sessions of this host.
  ///
  /// - Throws: `RegistryError`, `StoreError`.
  public func survey(_ plan: NightPlan) throws -> NightSurvey {
    let document = try registry.read()
    var residents: [Role: ModelID] = [:]
    for role in plan.roles { residents[role] = try document.resolve(role.rawValue).id }
    var folders: [ModelID: CandidateFolder] = [:]
    for candidate in plan.candidates {
      guard let folder = try? library.folder(of: candidate) else {
        folders[candidate] = CandidateFolder(exists: false)
        continue
      }
      folders[candidate] = CandidateFolder(
        failures: try store.failures(of: candidate, stamp: FolderStamp(of: folder).digest))
    }
    let past = try PastSession.all(
      in: store, hostFingerprint: Measurements.Host.current.fingerprint, admitting: try admission)
    return NightSurvey(
      residents: residents, progress: plan.progress(residents: residents, folders: folders, past: past), past: past)
  }

  /// Checks that the library has every candidate of a plan: a mistyped name would have a night measure nothing.
  ///
  /// - Throws: `NightPlanError.unknownCandidates`.
  public func check(_ plan: NightPlan) throws(NightPlanError) {
    let unknown = plan.candidates.filter { (try? library.folder(of: $0)) == nil }
    guard unknown.isEmpty else {
      throw .unknownCandidates(unknown, library: library.root.path, known: library.ids)
    }
  }

  /// The newest sentinels of this host, one per environment class and envelope, newest first.
  ///
  /// - Parameter mayMigrate: Whether an older database of calibrations is brought up to date; else it is an error.
  /// - Throws: `StoreError` of the database of calibrations.
  public func sentinels(mayMigrate: Bool = true) throws -> [SentinelReading] {
    try SentinelReading.newest(
      in: calibration, host: Measurements.Host.current.fingerprint, mayMigrate: mayMigrate)
  }
}

/// What a night's schedule is made from.
public struct NightSurvey: Sendable, Equatable {
  public var residents: [Role: ModelID]
  public var progress: [CandidateProgress]
  public var past: [PastSession]

  public init(residents: [Role: ModelID], progress: [CandidateProgress], past: [PastSession]) {
    self.residents = residents
    self.progress = progress
    self.past = past
  }
}

extension WeightInspector {
  /// Reads the models' folders in a library.
  public init(_ library: ModelLibrary) {
    self.init(license: { try library.license(of: $0) }) { try library.fileHashes(of: $0, including: $1) }
  }
}
