/// A sequence of tokens and what the model remembers of them: keys and values of each, and the recurrent states after them.
final class CachedSequence {
  let cache: KeyValueCache
  /// Nil if no layer has a state.
  let recurrent: RecurrentState?
  /// The tokens that it remembers.
  private(set) var tokens: [Int32] = []
  /// Positions below this were stored since it was empty; of a layer with a window they may have taken older ones' places.
  private var reach = 0
  /// Whether some of them were rounded more coarsely than a text that is scored may be.
  var isCoarse = false

  /// - Parameter slack: Positions that layers with windows keep beyond them.
  init(_ decoder: Decoder, positions: Int, slack: Int, precision: CachePrecision) {
    cache = KeyValueCache(CacheLayout(decoder, positions: positions, slack: slack, precision: precision))
    recurrent = RecurrentState(decoder)
  }

  /// The position of the next token.
  var end: Int { tokens.count }

  func append(_ added: some Collection<Int32>) {
    tokens.append(contentsOf: added)
    store(upTo: end)
  }

  /// Notes that keys and values are stored up to a position, perhaps of tokens that are not the sequence's.
  func store(upTo end: Int) { reach = max(reach, end) }

  /// Keeps the recurrent states, so that the sequence can be rewound to here.
  func keep() { recurrent?.keep(after: end) }

  /// Starts the recurrent states anew, for tokens that are run without being remembered as the sequence's.
  func forgetStates() { _ = recurrent?.rewind(to: 0) }

  /// Forgets all tokens from `count` on, or from before it: recurrent states go back only to where they were kept, and
  /// layers with windows only as far as their slack reaches, or else to the beginning.
  func rewind(to count: Int) {
    guard count < end else { return }
    var kept = recurrent?.rewind(to: count) ?? count
    if !cache.layout.holds(before: kept, reach: reach) { kept = recurrent?.rewind(to: 0) ?? 0 }
    tokens.removeSubrange(kept...)
    if tokens.isEmpty { (isCoarse, reach) = (false, 0) }
  }
}
