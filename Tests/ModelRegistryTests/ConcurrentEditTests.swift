import Foundation
import Measurements
import Platform
import TestSupport
import Testing

@testable import ModelRegistry

@Suite struct ConcurrentEditTests {
  private let folder: TemporaryFolder
  private let url: URL

  init() throws {
    folder = try TemporaryFolder()
    url = try folder.write("{\"models\":{\"default\":\"o/a\",\"count\":\"0\"}}", to: "registry.json")
  }

  @Test("Of many tasks that measured the same resident, one wins and the others learn which")
  func tasksCompete() async throws {
    let url = url
    let winners = await withTaskGroup(of: (ModelID, RegistryError?).self) { group in
      for index in 1...16 {
        group.addTask {
          let id = ModelID(rawValue: "o/\(index)")
          do throws(RegistryError) {
            try RegistryFile(url).apply(RegistryEdit(role: "default", expected: "o/a", replacement: id))
            return (id, nil)
          } catch { return (id, error) }
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    let resident = try #require(Registry(contentsOf: url)["default"])
    #expect(winners.filter { $0.1 == nil }.map(\.0) == [resident])
    for (_, error) in winners where error != nil {
      #expect(error == .residentMoved("default", expected: "o/a", found: resident))
    }
    #expect(folder.names == ["registry.json"])
  }

  @Test("Edits that follow what they find lose no update")
  func tasksCount() async throws {
    let url = url
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask {
          var done = 0
          while done < 10 {
            let found = try #require(Registry(contentsOf: url)["count"])
            let next = ModelID(rawValue: String(try #require(Int(found.rawValue)) + 1))
            do {
              try RegistryFile(url).apply(RegistryEdit(role: "count", expected: found, replacement: next))
              done += 1
            } catch RegistryError.residentMoved {}
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try Registry(contentsOf: url)["count"] == "40")
  }

  @Test("Of two processes one wins, the other is refused")
  func processesCompete() throws {
    for _ in 0..<5 {
      try folder.write("{\"models\":{\"default\":\"o/a\"}}", to: "registry.json")
      let processes = try ["o/b", "o/c"].map { try Subprocess.helper("edit", url.path, "default", "o/a", $0) }
      #expect(processes.map { $0.wait().number }.sorted() == [0, 3])
    }
  }

  /// A text of each form with twenty roles, all of which mean `o/a`, or the id that each is to get.
  static let twentyRoles: [(file: String, text: @Sendable ((Int) -> String) -> String)] = [
    (
      "registry.json",
      { id in
        let roles = (0..<20).map { "    \"role-\($0)\": \"\(id($0))\"" }
        return "{\n  \"models\": {\n\(roles.joined(separator: ",\n"))\n  }\n}\n"
      }
    ),
    (
      "roles.json",
      { id in
        let ids = ["o/a"] + (0..<20).map { "o/\($0)" }
        let keys = ids.map { "\"\($0.dropFirst(2))\": {\"id\": \"\($0)\"}" }
        let roles = (0..<20).map { "\"role-\($0)\": {\"model\": \"\(id($0).dropFirst(2))\"}" }
        return "{\"models\": {\(keys.joined(separator: ", "))},\n\"roles\": {\(roles.joined(separator: ",\n"))}}\n"
      }
    ),
    (
      "home.nix",
      { id in
        "{\n" + (0..<20).map { "  services.aiStack.roleOverrides.role-\($0) = \"\(id($0))\";\n" }.joined() + "}\n"
      }
    ),
    (
      "proxy.yaml",
      { id in
        "model_list:\n"
          + (0..<20).map {
            "  - {model_name: role-\($0), litellm_params: {model: 'hosted_vllm/\(id($0))'}} # \($0)\n"
          }.joined()
      }
    ),
    (
      "config.yaml",
      { id in
        let models = ["o/a"] + (0..<20).map { "o/\($0)" }
        return "models:\n"
          + models.map { model in
            let roles = (0..<20).filter { id($0) == model }.map { "role-\($0)" }
            return "  \(model): {cmd: serve, aliases: [\(roles.joined(separator: ", "))]}\n"
          }.joined()
      }
    ),
  ]

  @Test("Twenty processes that edit twenty roles at once lose no edit", arguments: twentyRoles.map(\.file))
  func twentyProcesses(_ file: String) throws {
    let text = try #require(Self.twentyRoles.first { $0.file == file }).text
    let url = try folder.write(text { _ in "o/a" }, to: file)
    let processes = try (0..<20).map { try Subprocess.helper("edit", url.path, "role-\($0)", "o/a", "o/\($0)") }
    #expect(processes.map { $0.wait().number } == Array(repeating: 0, count: 20))
    #expect(try folder.text(of: file) == text { "o/\($0)" })
    #expect(folder.names == [file, "registry.json"].sorted() || folder.names == [file])
  }

  @Test("A lock that stays held is refused with its holder's process id")
  func namesHolder() throws {
    let target = try DurableFile.canonicalPath(of: url.path)
    let edit = try RegistryEdit(role: "default", expected: "o/a", replacement: "o/b")
    try EditLock.withLock(on: target, timeout: .zero) { () throws(RegistryError) -> Void in
      #expect(throws: RegistryError.file(path: target, .locked(holder: getpid()))) {
        try RegistryFile(url, lockTimeout: .zero).apply(edit)
      }
    }
    try RegistryFile(url, lockTimeout: .zero).apply(edit)
  }

  @Test("An edit that waited for a lock file notices that its holder removed it")
  func noticesRemovedLockFile() throws {
    let path = EditLock.path(for: url.path)
    let waiting = try OpenFile(path, .updating(permissions: 0o644))
    #expect(try waiting.hasName())
    try EditLock.withLock(on: url.path, timeout: .zero) { () throws(RegistryError) -> Void in }
    #expect(try !waiting.hasName())
    let next = try OpenFile(path, .updating(permissions: 0o644))
    #expect(try !waiting.hasName())
    #expect(try next.hasName())
    withExtendedLifetime(waiting) {}
  }
}
