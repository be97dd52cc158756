import JSON
import Testing
import Measurements
@testable import Envelopes

// Golden hashes by Python 3, where `value` is the JSON value:
// hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()
@Suite("Envelope hash")
struct EnvelopeHashTests {
  @Test("Names, escapes, numbers and other scripts hash as in Python")
  func golden() throws {
    let value = try JSONValue(
      parsing: #"{"b": [1, 2.5, true, null], "a": {"é": "ü\n\"\\", "B": "日本", "z": -3}, "": 0.1}"#)
    #expect(
      EnvelopeHash(canonical: value) == "985578f333e2e673bc1abd08d96216c9fce09d29df8ecdc05edb2c9b1549c287")
  }

  @Test("An envelope's hash is its file's")
  func envelope() throws {
    let envelope = try Envelope(source: ExampleEnvelope.source())
    #expect(envelope.hash == "98a80340fb7a45ae1b680a087a92585076b6afe63ab6602c387f7792b27bc3f0")
    #expect(envelope.hash.short == "98a80340fb7a")
  }

  @Test("White space and the order of members don't count, every value does")
  func invariance() throws {
    let hash = try Envelope(source: ExampleEnvelope.source()).hash
    let source = try ExampleEnvelope.source()
    let members = try #require(source.object?.members).reversed().map { ($0.name, $0.value) }
    let turned = JSONValue.object(JSONObject(members)).serialized(.pretty)
    #expect(try Envelope(parsing: Array(turned.utf8)).hash == hash)
    let changed = ExampleEnvelope.text.replacing("\"margin\": 0.15", with: "\"margin\": 0.16")
    #expect(try Envelope(parsing: Array(changed.utf8)).hash != hash)
  }
}
