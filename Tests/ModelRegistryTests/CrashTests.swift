import Foundation
import Measurements
import Platform
import TestSupport
import Testing

@testable import ModelRegistry

@Suite struct CrashTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  /// `make test-registry` asks for 29 rounds, which are 203 kills per form.
  private static let rounds = ProcessInfo.processInfo.environment["RESIDENT_KILL_ROUNDS"].flatMap(Int.init) ?? 4

  @Test(
    "An edit killed at any step leaves the old file before the rename and the new one after it",
    arguments: RegistrySample.all)
  func killedAtEachStep(_ sample: RegistrySample) throws {
    let url = try folder.write(sample.text("o/a"), to: sample.file)
    var resident: ModelID = "o/a"
    for round in 0..<Self.rounds {
      for (index, step) in WriteStep.allCases.enumerated() {
        let candidate: ModelID = resident == "o/a" ? "o/b" : "o/a"
        let helper = try Subprocess.helper(
          "edit", url.path, "default", resident.rawValue, candidate.rawValue, step.rawValue)
        #expect(helper.wait() == .signalled(SIGKILL))
        let isInstalled = try index >= #require(WriteStep.allCases.firstIndex(of: .installed))
        if isInstalled { resident = candidate }
        #expect(try folder.text(of: sample.file) == sample.text(resident), "round \(round), \(step)")
      }
    }
    try expectRecovery(of: sample, from: resident)
  }

  @Test("An edit killed at an arbitrary moment leaves one of the two files", arguments: RegistrySample.all)
  func killedAnywhere(_ sample: RegistrySample) throws {
    let url = try folder.write(sample.text("o/a"), to: sample.file)
    var resident: ModelID = "o/a"
    for round in 1...(2 * Self.rounds) {
      let helper = try Subprocess.helper(
        "loop", url.path, "default", resident.rawValue, resident == "o/a" ? "o/b" : "o/a", output: .pipe)
      for _ in 0..<round { _ = helper.output.availableData }
      helper.killGroup()
      _ = helper.wait()
      resident = try #require(Registry(contentsOf: url)["default"])
      #expect(try folder.text(of: sample.file) == sample.text(resident))
    }
    try expectRecovery(of: sample, from: resident)
  }

  /// The next edit is made, and removes what the killed ones left.
  private func expectRecovery(of sample: RegistrySample, from resident: ModelID) throws {
    let other: ModelID = resident == "o/a" ? "o/b" : "o/a"
    try RegistryFile(folder(sample.file)).apply(RegistryEdit(role: "default", expected: resident, replacement: other))
    #expect(try folder.text(of: sample.file) == sample.text(other))
    #expect(folder.names == [sample.file])
  }
}
