import Platform

/// The draws of one mutant, the same whichever others are made.
struct MutantRandom {
  private var generator: SplitMix64

  init(seed: UInt64, kind: FileKind, number: Int) {
    let kindNumber = FileKind.allCases.firstIndex(of: kind) ?? 0
    var mixer = SplitMix64(seed: seed &+ UInt64(kindNumber) << 48 &+ UInt64(number))
    generator = SplitMix64(seed: mixer.next())
  }

  mutating func index(below bound: Int) -> Int { generator.nextIndex(below: bound) }

  /// From 1, and every doubling up to `limit` as likely as the next.
  mutating func length(upTo limit: Int) -> Int {
    let bits = index(below: max(1, Int.bitWidth - limit.leadingZeroBitCount))
    return min(limit, 1 << bits + index(below: 1 << bits))
  }

  /// - Precondition: There is one.
  mutating func element<T>(of values: [T]) -> T { values[index(below: values.count)] }

  /// A range of at most `limit` elements; empty only if `count` is 0.
  mutating func range(in count: Int, upTo limit: Int) -> Range<Int> {
    let start = index(below: count)
    return start..<min(count, start + length(upTo: limit))
  }
}
