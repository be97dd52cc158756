import Crypto
import JSON
import Measurements

extension EnvelopeHash {
  /// The SHA-256 of a JSON value's canonical bytes, so that white space and the order of members don't count.
  ///
  /// In Python: `sha256(json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode())`.
  ///
  /// - Complexity: O(*n* log *n*) in the size of the value.
  public init(canonical value: JSONValue) {
    let digest = SHA256.hash(data: Array(value.serialized(.canonical).utf8))
    let digits = Array("0123456789abcdef")
    self.init(rawValue: String(digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0xF)]] }))
  }
}
