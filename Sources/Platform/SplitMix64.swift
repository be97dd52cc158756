/// A small seeded generator whose stream is fixed by its definition, so that anyone can replay a resampling.
///
/// The state advances by 0x9E3779B97F4A7C15 and each output is the state mixed by two multiply-xorshift rounds. Source:
/// G. L. Steele, D. Lea and C. H. Flood, *Fast Splittable Pseudorandom Number Generators*, OOPSLA 2014.
public struct SplitMix64: RandomNumberGenerator, Sendable, Hashable {
  private var state: UInt64

  public init(seed: UInt64) {
    state = seed
  }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// An index drawn evenly from 0..<bound, or 0 when `bound` is below 1.
  ///
  /// D. Lemire's multiply-and-reject (*ACM TOMACS* 29:1, 2019), spelled out because the standard library does not
  /// promise which draws its own ranges consume.
  public mutating func nextIndex(below bound: Int) -> Int {
    guard bound > 1 else { return 0 }
    let range = UInt64(bound)
    let threshold = (0 &- range) % range
    while true {
      let product = next().multipliedFullWidth(by: range)
      if product.low >= threshold { return Int(product.high) }
    }
  }
}
