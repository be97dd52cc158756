import Platform

/// Times the engine alone, on token ids without a text: the work does not depend on their meaning.
public struct EngineBenchmark: Sendable {
  /// What is timed, in llama-bench's terms.
  public enum Test: Sendable, Equatable {
    /// A prompt of so many tokens.
    case prefill(Int)
    /// So many tokens, one by one, after `depth` others.
    case decode(Int, depth: Int)

    /// Such as `pp512`, `tg128` or `tg128 @ d512`.
    public var name: String {
      switch self {
      case .prefill(let count): "pp\(count)"
      case .decode(let count, let depth): "tg\(count)" + (depth > 0 ? " @ d\(depth)" : "")
      }
    }

    public var promptTokens: Int { if case .prefill(let count) = self { count } else { 0 } }
    public var decodeTokens: Int { if case .decode(let count, _) = self { count } else { 0 } }
    public var depth: Int { if case .decode(_, let depth) = self { depth } else { 0 } }
  }

  private let test: Test
  private let sequences: Int

  /// - Parameter sequences: Sequences that are decoded together.
  public init(_ test: Test, sequences: Int = 1) {
    self.test = test
    self.sequences = sequences
  }

  /// Empties the caches, and times the test once.
  ///
  /// - Returns: Tokens per second of all sequences together.
  /// - Throws: `EngineError` if the tokens do not fit the context.
  public func rate(_ session: Session) throws -> Double {
    let vocabulary = session.config.vocabularySize
    func prompt(_ count: Int) -> [Int32] { (0..<count).map { Int32(($0 * 7919 + 13) % vocabulary) } }
    for sequence in 0..<sequences { session.rewind(to: 0, sequence: sequence) }
    switch test {
    case .prefill(let count):
      let tokens = prompt(count)
      let start = Machine.monotonicNanoseconds
      for sequence in 0..<sequences { _ = try session.prefill(tokens, sequence: sequence) }
      return Self.rate(count * sequences, since: start)
    case .decode(let count, let depth):
      var batch = prompt(1).map { [Int32](repeating: $0, count: sequences) }.first ?? []
      if depth > 0 {
        for sequence in 0..<sequences {
          batch[sequence] = Sampler.likeliest(try session.prefill(prompt(depth), sequence: sequence))
        }
      }
      let start = Machine.monotonicNanoseconds
      for _ in 0..<count { batch = try session.decode(batch).map(Sampler.likeliest) }
      return Self.rate(count * sequences, since: start)
    }
  }

  private static func rate(_ tokens: Int, since start: UInt64) -> Double {
    Double(tokens) * 1e9 / Double(max(Machine.monotonicNanoseconds - start, 1))
  }
}
