import Crypto
import Foundation
import Measurements

/// A key that the policy trusts to sign datasets: a line of a `.pub` file, or a fingerprint.
public struct PolicyKey: Sendable, Equatable {
  /// As the policy has it.
  public let text: String
  public let fingerprint: SigningKey

  /// Nil for text that is neither.
  public init?(_ text: String) {
    self.text = text
    if let fingerprint = SigningKey(fingerprint: text) {
      self.fingerprint = fingerprint
      return
    }
    let words = text.split(separator: " ", omittingEmptySubsequences: true)
    guard words.count >= 2, let blob = Data(base64Encoded: String(words[1])), Self.type(of: blob) == String(words[0])
    else {
      return nil
    }
    // As `ssh-keygen -l` prints it: without the signs that fill base 64 up.
    let digest = Data(SHA256.hash(data: blob)).base64EncodedString().prefix { $0 != "=" }
    guard let fingerprint = SigningKey(fingerprint: SigningKey.prefix + digest) else { return nil }
    self.fingerprint = fingerprint
  }

  /// The name of the key's kind that its bytes begin with, after its length in four bytes (RFC 4253, section 6.6).
  private static func type(of blob: Data) -> String? {
    guard blob.count > 4 else { return nil }
    let length = blob.prefix(4).reduce(0) { $0 << 8 | Int($1) }
    guard length > 0, blob.count - 4 >= length else { return nil }
    return String(bytes: blob.dropFirst(4).prefix(length), encoding: .utf8)
  }
}
