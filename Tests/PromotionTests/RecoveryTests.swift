import Foundation
import Measurements
import ModelRegistry
import Promotion
import Store
import TestSupport
import Testing

@Suite("Interrupted and reversed edits")
struct RecoveryTests {
  @Test("A promoter killed at any step, 203 times over, leaves a whole registry, and the log agrees with it")
  func killed() throws {
    let comparison = try MeasuredComparison(speed: 1.25)
    let promoter = comparison.promoter
    var settled = 0
    for round in 0..<29 {
      for step in WriteStep.allCases {
        let process = Process()
        process.executableURL = Program.product("registry-crash-helper")
        process.arguments = [
          "promote", comparison.registry.url.path, comparison.databasePath, "default,coding",
          comparison.number.description, step.rawValue,
        ]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationReason == .uncaughtSignal && process.terminationStatus == SIGKILL)

        let registry = try Registry(contentsOf: comparison.registry.url)
        let isEdited = registry["default"] == "org/new"
        // Both roles, or neither.
        #expect(registry["coding"] == registry["default"], "round \(round), \(step)")
        #expect(
          try comparison.registryText
            == (isEdited
              ? MeasuredComparison.registryText.replacing("org/old", with: "org/new")
              : MeasuredComparison.registryText))
        #expect(isEdited == [.installed, .folderFlushed].contains(step))

        let recovered = try promoter.log.recover()
        #expect(recovered.map(\.state) == Array(repeating: isEdited ? .done : .abandoned, count: 2))
        settled += recovered.count
        for role in ["default", "coding"] as [Role] where isEdited {
          _ = try promoter.log.rollBack(role, isDryRun: false)
        }
      }
    }
    #expect(settled == 406)
    #expect(try comparison.store.registryEdits(role: nil).allSatisfy { $0.state != .pending })
  }

  @Test("A rollback is an edit like any other: logged, and refused if the role has moved since")
  func rollback() throws {
    let comparison = try MeasuredComparison(speed: 1.25)
    #expect(throws: PromotionError.nothingToRollBack("default")) {
      try comparison.promoter.log.rollBack("default", isDryRun: false)
    }
    _ = try comparison.promoter.promote(comparison.number, roles: ["default"])
    let preview = try comparison.promoter.log.rollBack("default", isDryRun: true)
    #expect(preview.description.contains("+\t\"models\": {\"default\": \"org/old\""))
    _ = try comparison.promoter.log.rollBack("default", isDryRun: false)
    #expect(try comparison.registryText == MeasuredComparison.registryText)
    #expect(try comparison.store.registryEdits(role: "default").map(\.kind) == [.promotion, .rollback])
    // Twice would put the candidate back.
    #expect(throws: PromotionError.nothingToRollBack("default")) {
      try comparison.promoter.log.rollBack("default", isDryRun: false)
    }

    _ = try comparison.promoter.promote(comparison.number, roles: ["default"])
    try comparison.registry.apply(RegistryEdit(role: "default", expected: "org/new", replacement: "org/other"))
    #expect(throws: RegistryError.residentMoved("default", expected: "org/new", found: "org/other")) {
      try comparison.promoter.log.rollBack("default", isDryRun: false)
    }
  }

  @Test("Several roles are one edit, and one that has moved stops all of them")
  func severalRoles() throws {
    let comparison = try MeasuredComparison(speed: 1.25)
    try comparison.registry.apply(RegistryEdit(role: "coding", expected: "org/old", replacement: "org/other"))
    let before = try comparison.registryText
    #expect(throws: RegistryError.residentMoved("coding", expected: "org/old", found: "org/other")) {
      try comparison.promoter.promote(comparison.number, roles: ["default", "coding"])
    }
    #expect(try comparison.registryText == before)
  }

  @Test("Of many promoters at once one edits, and the others are told that it was done or that the resident moved")
  func concurrent() async throws {
    let comparison = try MeasuredComparison(speed: 1.25)
    let outcomes = await withTaskGroup(of: String.self) { group in
      for _ in 0..<8 {
        group.addTask {
          do {
            return try comparison.promoter.promote(comparison.number, roles: ["default"]).action.rawValue
          } catch RegistryError.residentMoved {
            return "already_promoted"
          } catch {
            return "\(error)"
          }
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(outcomes.count { $0 == "edited" } == 1, "\(outcomes)")
    #expect(outcomes.count { $0 == "already_promoted" } == 7, "\(outcomes)")
    #expect(try comparison.store.registryEdits(role: nil).count { $0.state == .done } == 1)
  }

  @Test("The Nix source is edited by the same rule")
  func nixSource() throws {
    let comparison = try MeasuredComparison(speed: 1.25)
    let text = "{\n  # who answers\n  models = {\n    default = \"org/old\"; # resident\n  };\n}\n"
    let source = RegistryFile(try comparison.folder.write(text, to: "registry.nix"))
    let promoter = Promoter(store: comparison.store, registry: source, requester: "tester")
    #expect(try promoter.promote(comparison.number, roles: ["default"]).action == .edited)
    #expect(try String(contentsOf: source.url, encoding: .utf8) == text.replacing("org/old", with: "org/new"))
    #expect(try comparison.registryText == MeasuredComparison.registryText)
  }

  @Test("A comparison of another host is refused unless any host will do")
  func otherHost() throws {
    let comparison = try MeasuredComparison(speed: 1.25)
    let measured = String(repeating: "a", count: 64)
    #expect(throws: PromotionError.otherHost(measured: measured, here: "b")) {
      try comparison.promoter.promote(
        comparison.number, roles: ["default"], permissions: .init(hostFingerprint: "b"))
    }
    #expect(try comparison.registryText == MeasuredComparison.registryText)
  }

  @Test("A provisional promotion by hand says so in the log")
  func provisionalByHand() throws {
    let comparison = try MeasuredComparison(speed: 1.25, comparisonsNeeded: 4, allowsProvisional: false)
    _ = try comparison.promoter.promote(
      comparison.number, roles: ["default"], permissions: .init(allowsProvisional: true))
    let edit = try #require(try comparison.store.registryEdits(role: nil).first)
    #expect(edit.requestedBy == "tester, provisional verdict allowed by hand")
  }
}
