import Fit
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
  /// What is known of a model folder before it is measured; nil to predict nothing and to gate nothing by it.
  public var predictionBasis: (@Sendable (URL) -> PredictionBasis)?

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
    var progress = plan.progress(residents: residents, folders: folders, past: past)
    let tiers = try tiers(of: progress.filter(\.isNew), within: plan.budget)
    for index in progress.indices where progress[index].isNew {
      progress[index].tier = tiers[CandidateRole(progress[index])]
    }
    return NightSurvey(residents: residents, progress: progress, past: past)
  }

  /// What `fit` says of new candidates in their roles: the roles' limits are the policy's.
  private func tiers(
    of candidates: [CandidateProgress], within budget: NightPlan.Budget
  ) throws -> [CandidateRole: Tier] {
    guard let predictionBasis else { return [:] }
    let policy = try RegistryPolicyFile(beside: registry.url).read()
    let memory = budget.memoryBytes.map { MemoryBudget(memory: $0, reserve: 0) } ?? MemoryBudget()
    var tiers: [CandidateRole: Tier] = [:]
    for candidate in candidates where tiers[CandidateRole(candidate)] == nil {
      guard let folder = try? library.folder(of: candidate.candidate) else { continue }
      var limits = ServingLimits()
      let conditions = policy?.conditions(for: candidate.role)
      if let conditions {
        (limits.decodeRate, limits.firstTokenSeconds) = (conditions.rateLimit, conditions.firstTokenLimit)
      }
      let tier = Tier(of: folder, budget: memory, limits: limits, from: predictionBasis(folder))
      // Nobody waits in such a role: all that fits is alike.
      if conditions?.tier == .overnight {
        guard case .aspirational? = tier else { continue }
      }
      tiers[CandidateRole(candidate)] = tier
    }
    return tiers
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

/// A candidate in a role, whatever the envelope.
private struct CandidateRole: Hashable {
  let candidate: ModelID
  let role: Role

  init(_ progress: CandidateProgress) { (candidate, role) = (progress.candidate, progress.role) }
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
