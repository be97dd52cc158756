/// What recurrent mixers remember of a sequence: a state per layer, whatever the sequence's length.
///
/// A state cannot be computed backwards, so a few are kept: a sequence can be rewound to the ends of its last prompts, or to
/// its beginning.
final class RecurrentState {
  /// States that are kept at once.
  static let keptCount = 4

  /// The first float of each layer, nil of those without a state.
  private let first: [Int?]
  private let floatsPerPart: [Int]
  private let values: FloatBuffer
  /// Oldest first.
  private var kept: [(tokens: Int, values: [Float])] = []

  /// Nil if no layer has a state.
  init?(_ decoder: Decoder) {
    let mixers = decoder.recurrentMixers
    guard mixers.contains(where: { $0 != nil }) else { return nil }
    var count = 0
    first = mixers.map { mixer in
      defer { count += mixer?.stateCount ?? 0 }
      return mixer.map { _ in count }
    }
    floatsPerPart = mixers.map { $0?.floatsPerPart ?? 0 }
    values = FloatBuffer(count)
  }

  var byteCount: Int { values.count * MemoryLayout<Float>.stride }

  /// What a part of a layer's mixer remembers, nil if the layer has no state.
  func part(_ part: Int, layer: Int) -> UnsafeMutablePointer<Float>? {
    first[layer].map { values.base + $0 + part * floatsPerPart[layer] }
  }

  func keep(after tokens: Int) {
    kept.removeAll { $0.tokens >= tokens }
    if kept.count == Self.keptCount { kept.removeFirst() }
    kept.append((tokens, Array(UnsafeBufferPointer(start: values.base, count: values.count))))
  }

  /// Goes back to the latest kept state after at most `count` tokens, or to the beginning; returns after how many it is.
  func rewind(to count: Int) -> Int {
    kept.removeAll { $0.tokens > count }
    guard let last = kept.last else {
      values.base.update(repeating: 0, count: values.count)
      return 0
    }
    last.values.withUnsafeBufferPointer {
      if let from = $0.baseAddress { values.base.update(from: from, count: $0.count) }
    }
    return last.tokens
  }
}
