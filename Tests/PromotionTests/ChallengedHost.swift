import Envelopes
import Foundation
import Measurements
import ModelRegistry
import Promotion
import Store
import TestSupport

/// A registry whose resident is challenged from several databases of one host, each time by a candidate that wins.
struct ChallengedHost {
  let folder: TemporaryFolder
  let registry: RegistryFile
  private let envelope: Envelope

  init() throws {
    folder = try TemporaryFolder()
    registry = RegistryFile(try folder.write(MeasuredComparison.registryText, to: "registry.json"))
    envelope = try Envelope(source: MeasuredComparison.envelope())
    try RegistryPolicyFile(beside: registry.url).allow(envelope.hash, for: RegistryPolicy.everyRole)
  }

  var ledger: ChallengeLedgerFile { ChallengeLedgerFile(beside: registry.url) }

  var registryText: String { get throws { try String(contentsOf: registry.url, encoding: .utf8) } }

  func store(_ database: String) throws -> MeasurementStore {
    try MeasurementStore(at: folder("\(database).sqlite"), mode: .readWrite)
  }

  /// Measures the candidate of that number.
  ///
  /// - Parameters:
  ///   - isKept: Whether the ledger is asked for the number and gets it, as the runner does where it knows a registry.
  ///   - challenge: The number that another database gave.
  ///   - isFinished: Whether it takes samples and is brought to its end.
  @discardableResult
  func measure(
    _ candidate: Int, into database: String, startedAt: Double = 1_700_000_000, isKept: Bool = true,
    challenge: Int? = nil, isFinished: Bool = true
  ) throws -> MeasurementSession {
    let store = try store(database)
    var session = MeasuredComparison.session(under: envelope, startedAt: startedAt)
    session.challenge = challenge
    let runs = [
      MeasuredComparison.run(.resident, "org/old", tensors: "eeee"),
      MeasuredComparison.run(
        .candidate, "org/new", hash: Self.hash(candidate), tensors: TensorsHash(rawValue: "tensors \(candidate)")),
    ]
    let number: SessionNumber
    if isKept {
      number = try ledger.withLedger { [session] kept, keep in
        let counted = try store.counted(session, runs: runs, ledger: kept)
        if let record = counted.challenge?.record { try keep([record]) }
        return try store.open(counted.session, envelope: envelope.source, runs: runs)
      }
    } else {
      number = try store.open(session, envelope: envelope.source, runs: runs)
    }
    if isFinished { try MeasuredComparison.measure(runs, speed: 1.25, into: store, number) }
    return try store.session(number).session
  }

  /// Asks for the promotion of a comparison, whose files are still those that were measured.
  @discardableResult
  func promote(
    _ number: SessionNumber, of candidate: Int, from database: String, isDryRun: Bool = false,
    lockTimeout: Duration = .seconds(10)
  ) throws -> PromotionDecision.Action {
    let challenges = ChallengeLedgerFile(beside: registry.url, lockTimeout: lockTimeout)
    let promoter = Promoter(
      store: try store(database), registry: registry, requester: "tester", challenges: challenges)
    let weights = WeightInspector { model, _ in
      model == "org/new" ? ["model.safetensors": Self.hash(candidate)] : MeasuredComparison.files(of: model)
    }
    return try promoter.promote(
      number, roles: ["default"], weights: weights, permissions: .init(isDryRun: isDryRun)
    ).action
  }

  private static func hash(_ candidate: Int) -> String { String(format: "%064x", candidate) }
}
