/// Finds a text in others in linear time (Knuth, Morris and Pratt 1977), so that no template can make a search slow.
struct TextSearch {
  private let pattern: [UInt8]
  /// For each length matched, the longest proper prefix that is also a suffix of what matched.
  private let fallbacks: [Int]

  init(for text: String) {
    pattern = Array(text.utf8)
    var fallbacks = [Int](repeating: 0, count: pattern.count + 1)
    var matched = 0
    for index in pattern.indices.dropFirst() {
      while matched > 0, pattern[index] != pattern[matched] { matched = fallbacks[matched] }
      if pattern[index] == pattern[matched] { matched += 1 }
      fallbacks[index + 1] = matched
    }
    self.fallbacks = fallbacks
  }

  /// The offset of the first occurrence.
  func firstMatch(in bytes: [UInt8]) -> Int? {
    var first: Int?
    scan(bytes) { place in
      first = place
      return false
    }
    return first
  }

  /// The offset of the last occurrence.
  func lastMatch(in bytes: [UInt8]) -> Int? {
    var last: Int?
    scan(bytes, overlapping: true) { place in
      last = place
      return true
    }
    return last
  }

  /// The offsets of all occurrences that do not overlap those before.
  func matches(in bytes: [UInt8]) -> [Int] {
    var places: [Int] = []
    scan(bytes) { place in
      places.append(place)
      return true
    }
    return places
  }

  /// The offsets of occurrences that do not overlap those after, in order.
  func matchesFromEnd(in bytes: [UInt8]) -> [Int] {
    var places: [Int] = []
    scan(bytes, overlapping: true) { place in
      places.append(place)
      return true
    }
    var kept: [Int] = []
    for place in places.reversed() where kept.last.map({ place + pattern.count <= $0 }) ?? true { kept.append(place) }
    return kept.reversed()
  }

  private func scan(_ bytes: [UInt8], overlapping: Bool = false, _ found: (Int) -> Bool) {
    guard !pattern.isEmpty else {
      if overlapping { _ = found(bytes.count) } else { _ = found(0) }
      return
    }
    var matched = 0
    for (index, byte) in bytes.enumerated() {
      while matched > 0, byte != pattern[matched] { matched = fallbacks[matched] }
      if byte == pattern[matched] { matched += 1 }
      if matched == pattern.count {
        guard found(index + 1 - matched) else { return }
        matched = overlapping ? fallbacks[matched] : 0
      }
    }
  }
}
