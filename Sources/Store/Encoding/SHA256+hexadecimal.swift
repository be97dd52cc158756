import Crypto

extension SHA256 {
  /// The digest of some bytes as 64 lower-case hexadecimal digits.
  package static func hexadecimal(of bytes: [UInt8]) -> String { hash(data: bytes).hexadecimal }
}

extension Digest {
  /// The digest as lower-case hexadecimal digits.
  package var hexadecimal: String {
    let digits = Array("0123456789abcdef")
    return String(flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0xF)]] })
  }
}
