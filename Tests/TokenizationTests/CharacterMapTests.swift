import Foundation
import Testing

@testable import Tokenization

/// A map that is written by hand: the units of its trie, and its texts.
private func map(_ units: [UInt32], _ texts: String) throws -> CharacterMap {
  var bytes: [UInt8] = []
  for number in [UInt32(4 * units.count)] + units { withUnsafeBytes(of: number.littleEndian) { bytes += $0 } }
  return try CharacterMap(bytes + Array(texts.utf8))
}

/// A node with a label whose children begin at its own place XOR an offset.
private func unit(_ label: Character, offset: UInt32, hasValue: Bool) -> UInt32 {
  UInt32(label.asciiValue ?? 0) | offset << 10 | (hasValue ? 1 << 8 : 0)
}

private func replaced(_ text: String, by map: CharacterMap) -> String? {
  var copy = text
  return copy.withUTF8 { bytes in
    map.replacement(of: UTF8Text(bytes), 0..<bytes.count).map { String(decoding: $0, as: UTF8.self) }
  }
}

@Suite("Character maps")
struct CharacterMapTests {
  /// Keys `a`, with the text that begins at a place, and `bc`: the root's children lie from unit 0 on.
  private func units(value: UInt32) -> [UInt32] {
    var units = [UInt32](repeating: 0xFF, count: 256)
    units[0x61] = unit("a", offset: 0x61 ^ 1, hasValue: true)
    units[1] = value
    units[0x62] = unit("b", offset: 0x62 ^ 4, hasValue: false)
    units[4 ^ 0x63] = unit("c", offset: 4 ^ 0x63 ^ 3, hasValue: true)
    units[3] = 0
    units[0] = 0
    return units
  }

  @Test("The shortest key that a text begins with counts, and a text ends at a zero byte")
  func lookup() throws {
    let map = try map(units(value: 4), "xyz\0é\0")
    #expect(replaced("a", by: map) == "é" && replaced("abc", by: map) == "é")
    #expect(replaced("bc", by: map) == "xyz" && replaced("b", by: map) == nil && replaced("d", by: map) == nil)
    #expect(replaced("", by: map) == nil && replaced("\0", by: map) == nil)
    #expect(map.growth == 2)
  }

  @Test("A value that is no text's begin is no value")
  func strayValues() throws {
    #expect(replaced("a", by: try map(units(value: 5), "xyz\0é\0")) == nil)
    #expect(replaced("a", by: try map(units(value: 1 << 30), "xyz\0é\0")) == nil)
    #expect(replaced("a", by: try map(units(value: 7), "xyz\0é\0")) == "")
    var stray = units(value: 4)
    stray[0x61] = unit("a", offset: 1 << 20, hasValue: true)
    stray[0] = .max
    #expect(replaced("a", by: try map(stray, "xyz\0é\0")) == nil)
  }

  @Test(
    "A map that is cut off or holds no text is refused",
    arguments: [
      [], [4, 0, 0], [0, 0, 0, 0], [4, 0, 0, 0], [255, 255, 255, 255, 0, 0, 0, 0], [4, 0, 0, 0, 0, 0, 0, 0, 0xFF],
    ])
  func damage(_ bytes: [UInt8]) {
    #expect(throws: CharacterMap.Damage.self) { try CharacterMap(bytes) }
  }

  @Test("A file with such a map, or one that makes text much longer, is refused by the field")
  func files() throws {
    func problem(_ base64: String) -> TokenizerProblem? {
      var text = TokenizerText.characters
      text.normalizer = #"{"type":"Precompiled","precompiled_charsmap":"\#(base64)"}"#
      do throws(TokenizerProblem) {
        _ = try text.tokenizer()
        return nil
      } catch { return error }
    }
    #expect(problem("AAAA").map { "\($0)".hasPrefix(#""normalizer.precompiled_charsmap" has no trie"#) } == true)
    #expect(problem("*").map { "\($0)".hasPrefix(#""normalizer.precompiled_charsmap" is not Base64"#) } == true)
    var bytes: [UInt8] = [0, 4, 0, 0]
    for number in units(value: 0) { withUnsafeBytes(of: number.littleEndian) { bytes += $0 } }
    let long = Array(repeating: UInt8(ascii: "x"), count: 65)
    #expect(problem(Data(bytes + long.dropLast()).base64EncodedString()) == nil)
    guard case .unsupported("normalizer", _, _)? = problem(Data(bytes + long).base64EncodedString()) else {
      Issue.record("\(String(describing: problem(Data(bytes + long).base64EncodedString())))")
      return
    }
  }
}
