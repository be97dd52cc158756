import Foundation
import Measurements
import Platform
import TestSupport
import Testing

@testable import ModelRegistry

@Suite struct CrashTests {
  private let folder: TemporaryFolder
  private let url: URL

  init() throws {
    folder = try TemporaryFolder()
    url = try folder.write(Self.text("o/a"), to: "registry.json")
  }

  private static func text(_ id: ModelID) -> String {
    "{\n  \"models\": { \"default\": \"\(id)\" },\n  \"notes\": \"\(String(repeating: "x", count: 5000))\"\n}"
  }

  @Test("An edit killed at any step, 203 times over, leaves the old file before the rename and the new one after it")
  func killedAtEachStep() throws {
    var resident: ModelID = "o/a"
    for round in 0..<29 {
      for (index, step) in WriteStep.allCases.enumerated() {
        let candidate = ModelID(rawValue: "o/\(round)-\(step)")
        let helper = try Subprocess.helper(
          "edit", url.path, "default", resident.rawValue, candidate.rawValue, step.rawValue)
        #expect(helper.wait() == .signalled(SIGKILL))
        let isInstalled = try index >= #require(WriteStep.allCases.firstIndex(of: .installed))
        if isInstalled { resident = candidate }
        #expect(try folder.text(of: "registry.json") == Self.text(resident), "round \(round), \(step)")
      }
    }
    try expectRecovery(from: resident)
  }

  @Test("An edit killed at an arbitrary moment leaves one of the two files")
  func killedAnywhere() throws {
    var resident: ModelID = "o/a"
    for round in 1...20 {
      let helper = try Subprocess.helper(
        "loop", url.path, "default", resident.rawValue, resident == "o/a" ? "o/b" : "o/a", output: .pipe)
      for _ in 0..<round { _ = helper.output.availableData }
      helper.killGroup()
      _ = helper.wait()
      let found = try folder.text(of: "registry.json")
      resident = try #require(Registry(contentsOf: url)["default"])
      #expect(found == Self.text(resident))
      #expect(["o/a", "o/b"].contains(resident))
    }
    try expectRecovery(from: resident)
  }

  private func expectRecovery(from resident: ModelID) throws {
    let edit = try RegistryEdit(role: "default", expected: resident, replacement: "o/end")
    try RegistryFile(url).apply(edit)
    #expect(try folder.text(of: "registry.json") == Self.text("o/end"))
    #expect(folder.names == ["registry.json"])
  }
}
