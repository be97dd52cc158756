import Foundation
import Testing

@testable import Checkpoint

@Suite("Partial folders") struct PartialFolderTests {
  private let parent = FileManager.default.temporaryDirectory.appendingPathComponent("resident-\(UUID().uuidString)")
  private var target: URL { parent.appendingPathComponent("lane") }

  private func names() -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: parent.path)) ?? []).sorted()
  }

  @Test("What a killed process left is removed by the next start, what another builds is not") func abandoned() throws {
    defer { try? FileManager.default.removeItem(at: parent) }
    let left = parent.appendingPathComponent(".lane.partial-left")
    try FileManager.default.createDirectory(at: left, withIntermediateDirectories: true)
    try Data("half".utf8).write(to: left.appendingPathComponent("model.safetensors"))
    try FileManager.default.createDirectory(
      at: parent.appendingPathComponent(".other.partial-left"), withIntermediateDirectories: true)
    let first = try PartialFolder(for: target)
    #expect(names() == [first.url.lastPathComponent, ".other.partial-left"].sorted())
    let second = try PartialFolder(for: target)
    #expect(FileManager.default.fileExists(atPath: first.url.path))
    try second.commit()
    #expect(names() == [first.url.lastPathComponent, ".other.partial-left", "lane"].sorted())
    withExtendedLifetime(first) {}
  }

  @Test("Without a commit it is removed") func uncommitted() throws {
    defer { try? FileManager.default.removeItem(at: parent) }
    _ = try PartialFolder(for: target)
    #expect(names().isEmpty)
  }
}
