import CKernels
import Foundation

/// The distributions of the next token after each of some consecutive tokens.
///
/// They are a view of the session's memory, valid only in the closure that gets them.
public struct TokenDistributions {
  /// Tokens that have a distribution.
  public let count: Int
  public let vocabularySize: Int
  /// [vocabulary][width]
  private let logits: UnsafePointer<Float>
  private let width: Int
  /// The logarithm of the sum of exponentials, by token.
  private let logSums: [Float]

  init(_ logits: UnsafePointer<Float>, count: Int, vocabularySize: Int, kernels: Kernels) {
    (self.logits, self.count, self.vocabularySize, width) = (logits, count, vocabularySize, kernels.panel)
    var largest = [Float](repeating: -.infinity, count: width)
    var total = [Float](repeating: 0, count: width)
    kernels.functions.online_log_sum_exp_panel(logits, Int64(vocabularySize), &largest, &total)
    logSums = (0..<count).map { largest[$0] + log(total[$0]) }
  }

  /// The natural logarithm of the probability of `id` after a token.
  @inline(__always)
  public func logProbability(of id: Int, after token: Int) -> Float {
    logits[id * width + token] - logSums[token]
  }

  /// The likeliest next token after each; of equal ones the first.
  public func likeliest() -> [Int32] {
    var best = [Int32](repeating: 0, count: count)
    var largest = [Float](repeating: -.infinity, count: count)
    for id in 0..<vocabularySize {
      let row = logits + id * width
      for token in 0..<count where row[token] > largest[token] {
        largest[token] = row[token]
        best[token] = Int32(id)
      }
    }
    return best
  }

  /// Calls `body` for each token and each id whose log-probability is at least `floor`, ids ascending.
  public func forEach(above floor: Float, _ body: (_ token: Int, _ id: Int32, _ logProbability: Float) -> Void) {
    let limits = logSums.map { $0 + floor }
    for id in 0..<vocabularySize {
      let row = logits + id * width
      for token in 0..<count where row[token] >= limits[token] {
        body(token, Int32(id), row[token] - logSums[token])
      }
    }
  }
}

extension Session {
  /// Reads tokens from an empty cache and passes the distributions after each to `body`, some tokens at a time, with the
  /// index of the first of them.
  ///
  /// - Throws: `EngineError` if there are no tokens, they do not fit, or an id is outside the vocabulary; what `body`
  ///   throws, after the tokens are read.
  public func distributions(
    of tokens: [Int32], _ body: (_ first: Int, _ distributions: TokenDistributions) throws -> Void
  ) throws {
    rewind(to: 0)
    var failure: (any Error)?
    try prefillWithLogits(tokens) { first, count, logits in
      guard failure == nil else { return }
      let distributions = TokenDistributions(
        logits, count: count, vocabularySize: config.vocabularySize, kernels: kernels)
      do { try body(first, distributions) } catch { failure = error }
    }
    if let failure { throw failure }
  }
}
