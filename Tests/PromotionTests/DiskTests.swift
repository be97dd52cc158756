import Foundation
import Measurements
import Promotion
import Synchronization
import Testing

@Suite("The models' files at a promotion")
struct DiskTests {
  /// What a model's files have become since they were measured.
  enum Attack: String, CaseIterable {
    case changed, removed, added, folderRemoved

    /// As an inspector finds them.
    var files: [String: String]? {
      let other = String(repeating: "3", count: 64)
      return switch self {
      case .changed: ["model.safetensors": other]
      case .removed: [:]
      case .added: nil
      case .folderRemoved: nil
      }
    }

    func files(of model: ModelID) -> [String: String]? {
      guard self == .added else { return files }
      return MeasuredComparison.files(of: model).merging(["model-2.safetensors": "00"]) { $1 }
    }

    func error(_ model: ModelID) -> PromotionError {
      switch self {
      case .changed: .filesDiffer(model, file: "model.safetensors", .changed)
      case .removed: .filesDiffer(model, file: "model.safetensors", .removed)
      case .added: .filesDiffer(model, file: "model-2.safetensors", .added)
      case .folderRemoved: .folderMissing(model)
      }
    }
  }

  @Test(
    "A folder of either side that changed between judging and editing is refused, and nothing is recorded or edited",
    arguments: Attack.allCases, ["org/new", "org/old"] as [ModelID])
  func changedFolder(attack: Attack, target: ModelID) throws {
    let comparison = try MeasuredComparison(speed: 1.25)
    let weights = WeightInspector { model, _ in
      model == target ? attack.files(of: model) : MeasuredComparison.files(of: model)
    }
    for isDryRun in [true, false] {
      #expect(throws: attack.error(target)) {
        try comparison.promoter.promote(
          comparison.number, roles: ["default"], weights: weights, permissions: .init(isDryRun: isDryRun))
      }
    }
    #expect(try comparison.registryText == MeasuredComparison.registryText)
    #expect(try comparison.store.registryEdits(role: nil).isEmpty)
    #expect(attack.error(target).description.contains(target.rawValue))
  }

  @Test("The files are hashed under the decision's lock, once per model, and those that were measured are named")
  func underLock() throws {
    let comparison = try MeasuredComparison(speed: 1.25)
    let folder = comparison.folder
    let seen = Mutex<[String]>([])
    let weights = WeightInspector { model, names in
      let isLocked = folder.names.contains(".registry.json.decision.lock")
      seen.withLock { $0.append("\(model) \(names) \(isLocked)") }
      return MeasuredComparison.files(of: model)
    }
    let decision = try comparison.promoter.promote(comparison.number, roles: ["default"], weights: weights)
    #expect(decision.action == .edited && decision.remarks.isEmpty)
    let expected = [#"org/new ["model.safetensors"] true"#, #"org/old ["model.safetensors"] true"#]
    let lines = seen.withLock { $0 }
    #expect(lines == expected)
  }

  @Test("No win hashes nothing")
  func noWin() throws {
    let comparison = try MeasuredComparison(speed: 1)
    let weights = WeightInspector { _, _ in
      Issue.record("hashed")
      return nil
    }
    let decision = try comparison.promoter.promote(comparison.number, roles: ["default"], weights: weights)
    #expect(decision.action == .none)
  }

  @Test(
    "A model of a server without a folder here is promoted with a remark",
    arguments: [ProofLevel.process, .fingerprint])
  func server(proof: ProofLevel) throws {
    let comparison = try MeasuredComparison(speed: 1.25, proof: proof)
    let weights = WeightInspector { model, _ in model == "org/new" ? nil : MeasuredComparison.files(of: model) }
    let decision = try comparison.promoter.promote(comparison.number, roles: ["default"], weights: weights)
    #expect(decision.action == .edited)
    #expect(decision.remarks.count == 1 && decision.remarks[0].contains("org/new"))
    #expect(decision.remarks[0].hasSuffix(proof.rawValue))
  }
}
