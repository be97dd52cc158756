/// Whether a text ends in one piece over and over.
enum RepetitionLoop {
  /// A piece of up to a quarter of the last 256, 1024 or 4096 bytes fills them.
  ///
  /// - Complexity: O(1): only the tail is read.
  static func ends(_ text: String) -> Bool {
    let tail = Array(text.utf8.suffix(4096))
    return [256, 1024, 4096].contains { window in
      guard tail.count >= window else { return false }
      return period(of: tail.suffix(window)) <= window / 4
    }
  }

  /// The smallest shift that maps the bytes onto themselves, by the failure function of Knuth, Morris and Pratt.
  private static func period(of bytes: ArraySlice<UInt8>) -> Int {
    let bytes = Array(bytes)
    var border = [Int](repeating: 0, count: bytes.count)
    var length = 0
    for index in bytes.indices.dropFirst() {
      while length > 0, bytes[index] != bytes[length] { length = border[length - 1] }
      if bytes[index] == bytes[length] { length += 1 }
      border[index] = length
    }
    return bytes.count - (border.last ?? 0)
  }
}
