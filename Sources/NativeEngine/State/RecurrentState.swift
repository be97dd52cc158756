/// What delta nets remember of a sequence: one state per layer and key head, whatever the sequence's length.
///
/// A state cannot be computed backwards, so a few are kept: a sequence can be rewound to the ends of its last prompts, or to
/// its beginning.
final class RecurrentState {
  /// States that are kept at once.
  static let keptCount = 4

  /// The first float of each layer, nil of those without a state.
  private let first: [Int?]
  private let floatsPerHead: [Int]
  private let values: FloatBuffer
  /// Oldest first.
  private var kept: [(tokens: Int, values: [Float])] = []

  /// Nil if no layer has a state.
  init?(_ decoder: Decoder) {
    let nets = decoder.deltaNets
    guard nets.contains(where: { $0 != nil }) else { return nil }
    var count = 0
    first = nets.map { net in
      defer { count += net?.stateCount ?? 0 }
      return net.map { _ in count }
    }
    floatsPerHead = nets.map { $0?.floatsPerHead ?? 0 }
    values = FloatBuffer(count)
  }

  var byteCount: Int { values.count * MemoryLayout<Float>.stride }

  /// What a key head of a layer remembers, nil if the layer has no state.
  func head(_ head: Int, layer: Int) -> UnsafeMutablePointer<Float>? {
    first[layer].map { values.base + $0 + head * floatsPerHead[layer] }
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
