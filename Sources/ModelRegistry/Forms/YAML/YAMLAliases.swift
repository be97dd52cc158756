import Foundation

/// What a YAML text has of anchors and aliases, at most: what looks like one in a string or a comment counts as well.
///
/// The parser shares what aliases stand for. But it hashes keys, and walks through a key that is a collection with all that
/// its aliases stand for: a few hundred bytes can stand for 10¹² nodes.
struct YAMLAliases {
  private let byteCount: Int
  private var aliasCount = 0
  private var anchorCount = 0
  /// Whether a key may be a collection or an alias.
  private var hasCollectionKeys = false

  /// - Complexity: O(*n*) in bytes.
  init(in bytes: [UInt8]) {
    byteCount = bytes.count
    for index in bytes.indices {
      let next = index + 1 < bytes.count ? bytes[index + 1] : UInt8(ascii: "\n")
      let follows = index == 0 || bytes[index - 1] <= 0x20 || Array("[{,:-?".utf8).contains(bytes[index - 1])
      switch bytes[index] {
      case UInt8(ascii: "&") where follows && next > 0x20: anchorCount += 1
      case UInt8(ascii: "*") where follows && next > 0x20:
        aliasCount += 1
        let end = bytes[index...].firstIndex { $0 <= 0x20 || Array(",[]{}".utf8).contains($0) } ?? bytes.count
        if Self.isKey(endingAt: end, in: bytes) || bytes[end - 1] == UInt8(ascii: ":") { hasCollectionKeys = true }
      case UInt8(ascii: "?") where follows && next <= 0x20: hasCollectionKeys = true
      case UInt8(ascii: "]"), UInt8(ascii: "}"):
        if Self.isKey(endingAt: index + 1, in: bytes) { hasCollectionKeys = true }
      default: break
      }
    }
  }

  /// Whether a colon comes next on the line.
  private static func isKey(endingAt end: Int, in bytes: [UInt8]) -> Bool {
    bytes[end...].first { $0 != 0x20 && $0 != 0x09 } == UInt8(ascii: ":")
  }

  private static let limit = 2000
  /// Of bytes that keys may stand for.
  private static let keyLimit = 4e6

  /// Whether the text can be parsed in a time that its size justifies.
  var areReadable: Bool {
    guard aliasCount > 0 else { return true }
    // Each level of nesting has an anchor, and most is stood for if the aliases are spread evenly over the levels.
    let levels = Double(max(1, min(anchorCount, aliasCount)))
    let copies = pow(Double(aliasCount) / levels + 1, levels)
    return aliasCount <= Self.limit && (!hasCollectionKeys || copies * Double(byteCount) <= Self.keyLimit)
  }
}
