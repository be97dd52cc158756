import Foundation
import Testing
import Measurements

@testable import ModelRegistry

@Suite struct ConcurrentEditTests {
  private let folder: TemporaryFolder
  private let url: URL

  init() throws {
    folder = try TemporaryFolder()
    url = try folder.write("{\"models\":{\"default\":\"o/a\",\"count\":\"0\"}}")
  }

  @Test("Of many tasks that measured the same resident, one wins and the others are told who")
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
    #expect(try folder.names == ["registry.json"])
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

  @Test("Of two processes one wins, the other is told")
  func processesCompete() throws {
    for _ in 0..<5 {
      try folder.write("{\"models\":{\"default\":\"o/a\"}}")
      let processes = ["o/b", "o/c"].map { Subprocess.helper("edit", url.path, "default", "o/a", $0) }
      for process in processes { try process.run() }
      for process in processes { process.waitUntilExit() }
      #expect(processes.map(\.terminationStatus).sorted() == [0, 3])
    }
  }

  @Test("A lock that stays held is refused with its holder's process id")
  func namesHolder() throws {
    let target = try DurableFile.canonicalPath(of: url.path)
    let edit = try RegistryEdit(role: "default", expected: "o/a", replacement: "o/b")
    try FileLock.withLock(on: target, timeout: .zero) { () throws(RegistryError) -> Void in
      #expect(throws: RegistryError.file(path: target, .locked(holder: getpid()))) {
        try RegistryFile(url, lockTimeout: .zero).apply(edit)
      }
    }
    try RegistryFile(url, lockTimeout: .zero).apply(edit)
  }

  @Test("Who waited for a lock file notices that its holder removed it")
  func noticesRemovedLockFile() throws {
    let path = FileLock.path(for: url.path)
    let waiting = try DurableFile(path, .locking)
    defer { waiting.release() }
    #expect(try waiting.hasName())
    try FileLock.withLock(on: url.path, timeout: .zero) { () throws(RegistryError) -> Void in }
    #expect(try !waiting.hasName())
    let next = try DurableFile(path, .locking)
    defer { next.release() }
    #expect(try !waiting.hasName())
    #expect(try next.hasName())
  }
}
