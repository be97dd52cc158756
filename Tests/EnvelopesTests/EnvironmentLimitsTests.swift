import JSON
import Testing

@testable import Envelopes

@Suite("Limits on the machine")
struct EnvironmentLimitsTests {
  private func envelope(_ environment: JSONValue?) throws -> Envelope {
    var object = try #require(try JSONValue(parsing: ExampleEnvelope.text).object)
    object["environment"] = environment
    return try Envelope(source: .object(object))
  }

  @Test("An envelope without the section sets no limits")
  func absent() throws { #expect(try envelope(nil).environment == nil) }

  @Test("Each limit may be left out")
  func some() throws {
    let limits = try envelope(["max_load_average": 1.5, "needs_mains": true]).environment
    #expect(limits == EnvironmentLimits(loadAverage: 1.5, needsMains: true))
  }

  @Test("Unknown limits and values out of range are refused with their paths")
  func invalid() throws {
    #expect(throws: EnvelopeError.self) { try envelope(["max_load": 1]) }
    #expect(throws: EnvelopeError.self) { try envelope(["max_slowdown": 1]) }
    #expect(throws: EnvelopeError.self) { try envelope(["min_free_memory_bytes": -1]) }
  }
}
