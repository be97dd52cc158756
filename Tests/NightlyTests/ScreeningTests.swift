import Envelopes
import Foundation
import Testing

@testable import Nightly

@Suite("The short measurement of a new candidate")
struct ScreeningTests {
  private func shipped(_ name: String) throws -> Envelope {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return try Envelope(contentsOf: root.appending(path: "envelopes/\(name).json"))
  }

  @Test("A router's embedding model routes one request, for which it indexes all skills")
  func router() throws {
    let envelope = try shipped("router")
    let screening = try #require(envelope.screening)
    let task = try #require(screening.accuracy.first)
    #expect(task.items.count == 1 && task.routing == envelope.accuracy.first?.routing)
    #expect(screening.throughput.isEmpty && screening.embedding.isEmpty && screening.hash != envelope.hash)
  }

  @Test("A model that generates is timed in every cell", arguments: ["smoke", "nightly"])
  func generating(name: String) throws {
    let envelope = try shipped(name)
    let screening = try #require(envelope.screening)
    #expect(screening.throughput.map(\.id) == envelope.throughput.map(\.id))
    #expect(screening.accuracy.allSatisfy { $0.items.count == 1 })
  }
}
