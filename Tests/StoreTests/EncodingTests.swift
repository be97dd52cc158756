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

  @Test(
    "Numbers survive as JSON",
    arguments: [0, -0.1, .leastNonzeroMagnitude, 1.7976931348623157e308, .infinity, -.infinity, 1e16])
  func exactNumbers(value: Double) throws {
    let text = JSONValue(exactly: value).serialized()
    #expect(try JSONValue(parsing: text).exactDouble == value)
  }

  /// A migration that was published must never change. The hash was printed by this test's first, failing run.
  @Test("The first migration is what it was")
  func firstMigration() {
    let hash = SHA256.hash(data: Data(Migration1.sql.utf8)).map { String(format: "%02x", $0) }.joined()
    #expect(hash == "c0939a0cb2333e9f79ce5c0471ed0f80e705ecba46516976237fd2e993698fa7")
  }
}
