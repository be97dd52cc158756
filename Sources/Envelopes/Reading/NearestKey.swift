/// Which known key a mistyped one was meant to be.
enum NearestKey {
  /// The known key with the fewest insertions, deletions and substitutions of bytes between it and the given one; nil
  /// where that takes changing more than half of it.
  ///
  /// - Complexity: O(*k* · *m*²), *k* known keys of length *m*.
  static func of(_ key: String, among known: [String]) -> String? {
    let candidates = known.compactMap { name -> (name: String, distance: Int)? in
      let limit = max(name.utf8.count / 2, 1)
      guard abs(name.utf8.count - key.utf8.count) <= limit else { return nil }
      let distance = distance(Array(key.utf8), Array(name.utf8))
      return distance <= limit ? (name, distance) : nil
    }
    return candidates.min { $0.distance < $1.distance }?.name
  }

  /// V. Levenshtein, *Soviet Physics Doklady* 10 (1966) 707-710, by rows.
  private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var row = Array(0...right.count)
    for (i, byte) in left.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, other) in right.enumerated() {
        let substituted = diagonal + (byte == other ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(substituted, diagonal + 1, row[j] + 1)
      }
    }
    return row[right.count]
  }
}
