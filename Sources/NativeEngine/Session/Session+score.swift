import CKernels
import Foundation

extension Session {
  /// Natural logarithms of the probabilities that the model gives to `continuation` after `prompt`, token by token.
  ///
  /// What the cache already holds of the prompt is reused, unless it is too coarse; afterwards it holds the prompt and the continuation but for
  /// its last token.
  ///
  /// - Throws: `EngineError` where either is empty or they do not fit the context.
  public func score(_ continuation: [Int32], after prompt: [Int32]) throws -> [Float] {
    guard !prompt.isEmpty, !continuation.isEmpty else { throw EngineError.noTokens }
    let sequence = prompt + continuation
    if sequences[0].isCoarse { rewind(to: 0) }
    let cached = reusePrefix(of: prompt)
    try check(sequence[cached...], in: sequences[0])
    let added = Array(sequence[cached..<sequence.count - 1])
    // Position i of the sequence is predicted by the logits after position i - 1.
    let firstScored = prompt.count - 1 - cached
    var scores: [Float] = []
    if added.count == 1 {
      let logits = try decode(added[0])
      var largest: Float = 0
      var logSum: Float = 0
      logits.withUnsafeBufferPointer {
        kernels.functions.log_sum_exp($0.baseAddress, Int64($0.count), &largest, &logSum)
      }
      return [logits[Int(continuation[0])] - logSum]
    }
    let width = kernels.panel
    try prefillWithLogits(added) { first, count, logits in
      guard first + count > firstScored else { return }
      var largest = [Float](repeating: -.infinity, count: width)
      var total = [Float](repeating: 0, count: width)
      kernels.functions.tally_panel(logits, Int64(config.vocabularySize), &largest, &total)
      for token in max(0, firstScored - first)..<count {
        let target = Int(sequence[cached + first + token + 1])
        scores.append(logits[target * width + token] - largest[token] - log(total[token]))
      }
    }
    return scores
  }

  /// The logits after each token, row by row as [tokens][vocabulary], from an empty cache.
  ///
  /// - Throws: `EngineError`.
  public func logits(of tokens: [Int32], _ row: (Logits) throws -> Void) throws {
    rewind(to: 0)
    let vocabulary = config.vocabularySize
    let width = kernels.panel
    var failure: (any Error)?
    let values = FloatBuffer(vocabulary)
    try prefillWithLogits(tokens) { _, count, logits in
      for token in 0..<count where failure == nil {
        for id in 0..<vocabulary { values.base[id] = logits[id * width + token] }
        do { try row(Logits(values, count: vocabulary)) } catch { failure = error }
      }
    }
    if let failure { throw failure }
  }
}
