import Foundation

/// The character map of a SentencePiece model: which byte strings become which text.
///
/// The format is that of `Normalizer::EncodePrecompiledCharsMap` of SentencePiece: the size of a trie in bytes as a
/// little-endian 32-bit number, the trie, and the texts, each ended by a zero byte. The trie is a double array of Darts-clone:
/// units of 32 bits, in which the label is in bits 0…7 and bit 31, whether a value follows in bit 8, and the offset to the
/// children in bits 10…31, times 256 if bit 9 is set. A value is where its text begins.
struct CharacterMap: Sendable {
  /// Why a map cannot be read.
  struct Damage: Error { let reason: String }

  private let units: [UInt32]
  private let texts: [UInt8]
  /// How many times as long the map can make a text.
  let growth: Int

  init(base64: String) throws(Damage) {
    guard let data = Data(base64Encoded: base64) else { throw Damage(reason: "is not Base64") }
    try self.init([UInt8](data))
  }

  /// - Complexity: O(*n*) in bytes.
  init(_ bytes: [UInt8]) throws(Damage) {
    func number(at position: Int) -> UInt32 {
      bytes[position..<position + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
    guard bytes.count >= 4 else { throw Damage(reason: "has no trie") }
    let count = Int(number(at: 0)) / 4
    guard count > 0, count <= (bytes.count - 4) / 4 else { throw Damage(reason: "has a trie that ends too early") }
    let texts = Array(bytes[(4 + 4 * count)...])
    guard String(validating: texts, as: UTF8.self) != nil else { throw Damage(reason: "has texts that are not UTF-8") }
    units = (0..<count).map { number(at: 4 + 4 * $0) }
    self.texts = texts
    growth = Self.growth(units, texts)
  }

  /// The text for the shortest key that a range of a text begins with; nil if there is no such key.
  func replacement(of text: UTF8Text, _ range: Range<Int>) -> ArraySlice<UInt8>? {
    var position = Int(units[0].offset)
    for index in range {
      guard let node = Self.child(of: position, text[index], in: units) else { return nil }
      position = node.position
      if let value = node.value { return Self.text(at: value, of: texts) }
    }
    return nil
  }

  /// Where the children of a child begin, and its value if it has one; nil if there is no such child.
  private static func child(
    of position: Int, _ byte: UInt8, in units: [UInt32]
  ) -> (position: Int, value: Int?)? {
    let index = position ^ Int(byte)
    // No key contains a zero.
    guard byte != 0, units.indices.contains(index), units[index].label == UInt32(byte) else { return nil }
    let children = index ^ Int(units[index].offset)
    guard units[index].hasValue else { return (children, nil) }
    guard units.indices.contains(children) else { return nil }
    return (children, Int(units[children] & 0x7FFF_FFFF))
  }

  /// Nil unless a text begins there: a map may come from anyone.
  private static func text(at start: Int, of texts: [UInt8]) -> ArraySlice<UInt8>? {
    guard start <= texts.count, start == texts.count || texts[start] & 0xC0 != 0x80 else { return nil }
    return texts[start...].prefix { $0 != 0 }
  }

  /// The greatest ratio of a text to its key, where a key of more than two bytes counts as one of three.
  private static func growth(_ units: [UInt32], _ texts: [UInt8]) -> Int {
    let longest = texts.split(separator: 0).map(\.count).max() ?? 0
    var growth = max(1, (longest + 2) / 3)
    for first in UInt8.min...UInt8.max {
      guard let node = child(of: Int(units[0].offset), first, in: units) else { continue }
      if let value = node.value {
        growth = max(growth, text(at: value, of: texts)?.count ?? 0)
        continue
      }
      for second in UInt8.min...UInt8.max {
        guard let value = child(of: node.position, second, in: units)?.value else { continue }
        growth = max(growth, ((text(at: value, of: texts)?.count ?? 0) + 1) / 2)
      }
    }
    return growth
  }
}

/// A unit of the double array.
extension UInt32 {
  fileprivate var hasValue: Bool { self >> 8 & 1 == 1 }

  fileprivate var label: UInt32 { self & 0x8000_00FF }

  fileprivate var offset: UInt64 { UInt64(self >> 10) << UInt64((self & 1 << 9) >> 6) }
}
