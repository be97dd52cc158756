import Crypto
import Foundation
import JSON
import Measurements
import Testing

@testable import Store

@Suite("Encodings on disk")
struct EncodingTests {
  @Test("Token times are the unsigned LEB128 of their differences")
  func tokenTimes() {
    #expect(TokenTimes.encode([]) == [])
    #expect(TokenTimes.encode([0, 127, 255, 511]) == [0, 0x7F, 0x80, 0x01, 0x80, 0x02])
    #expect(TokenTimes.encode([.max]).count == 9)
  }

  @Test(
    "Token times survive",
    arguments: [[], [0], [.max], [0, .max, .max], [1, 1, 2, 1 << 62], (0..<1_000).map { $0 * 7_000_003 }] as [[Int64]])
  func tokenTimesRoundTrip(times: [Int64]) {
    #expect(TokenTimes.decode(TokenTimes.encode(times)) == times)
  }

  @Test(
    "Bytes that encode no times are refused",
    arguments: [
      [0x80], [0x01, 0xFF], [UInt8](repeating: 0x80, count: 20) + [0],
      TokenTimes.encode([.max]) + [0x01],
    ] as [[UInt8]])
  func malformedTokenTimes(bytes: [UInt8]) {
    #expect(TokenTimes.decode(bytes) == nil)
  }

  @Test("Series of values come back, whatever their signs and sizes")
  func series() {
    for values in [[], [0], [5, 5, 5], [1 << 40, 3, .max, 0], [-1, 1, .min, .max]] as [[Int64]] {
      #expect(MemorySeries.decode(MemorySeries.encode(values)) == values)
    }
    // A minute of a worker that does not grow.
    #expect(MemorySeries.encode(Array(repeating: 7 << 30, count: 60)).count < 70)
  }

  @Test("Bytes that end in the middle of a value, or never end one, are no series")
  func damagedSeries() {
    #expect(MemorySeries.decode([0x80]) == nil)
    #expect(MemorySeries.decode(Array(repeating: 0xFF, count: 20)) == nil)
  }

  @Test(
    "Numbers survive as JSON",
    arguments: [0, -0.1, .leastNonzeroMagnitude, 1.7976931348623157e308, .infinity, -.infinity, 1e16])
  func exactNumbers(value: Double) throws {
    let text = JSONValue(exactly: value).serialized()
    #expect(try JSONValue(parsing: text).exactDouble == value)
  }

  /// A migration that was published must never change. Each hash was printed by its test's first, failing run.
  @Test("The first migration is what it was")
  func firstMigration() {
    #expect(hash(Migration1.sql) == "c0939a0cb2333e9f79ce5c0471ed0f80e705ecba46516976237fd2e993698fa7")
  }

  @Test("The first eight migrations are what they were")
  func migrations() {
    let sql = Schema.migrations[0..<8].joined()
    #expect(hash(sql) == "b27b030a67c0cb424029e74fb029e6f4f51b1d0ce035c2c9d971b9ea6e5edfa4")
  }

  private func hash(_ text: String) -> String {
    SHA256.hash(data: Data(text.utf8)).map { String(format: "%02x", $0) }.joined()
  }
}
