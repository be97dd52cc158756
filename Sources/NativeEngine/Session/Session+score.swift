import CKernels
import Foundation

extension Session {
  /// Log-probabilities of the tokens of `continuation` after `prompt`, in nats.
  ///
  /// What the cache already holds of the prompt is reused unless it was rounded too coarsely. Afterwards it holds the
  /// prompt and the continuation without its last token.
  ///
  /// - Throws: `EngineError` if either is empty or they do not fit the context.
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
    try prefillWithLogits(added) { first, count, logits in
      guard first + count > firstScored else { return }
      let logProbabilities = PanelLogProbabilities(logits, vocabularySize: config.vocabularySize, kernels: kernels)
      for token in max(0, firstScored - first)..<count {
        scores.append(logProbabilities.of(sequence[cached + first + token + 1], after: token))
      }
    }
    return scores
  }

  /// Reads tokens from an empty cache and passes the logits after each to `row`, as rows of [tokens][vocabulary].
  ///
  /// - Throws: `EngineError` as `distributions(of:_:)`; what `row` throws, after the tokens are read.
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

/// Log-probabilities from a panel's logits, [vocabulary][panel]; a view of them.
struct PanelLogProbabilities {
  private let logits: UnsafePointer<Float>
  private let width: Int
  /// By token.
  private let largest: [Float]
  private let logTotals: [Float]

  init(_ logits: UnsafePointer<Float>, vocabularySize: Int, kernels: Kernels) {
    self.logits = logits
    width = kernels.panel
    var largest = [Float](repeating: -.infinity, count: width)
    var total = [Float](repeating: 0, count: width)
    kernels.functions.online_log_sum_exp_panel(logits, Int64(vocabularySize), &largest, &total)
    self.largest = largest
    logTotals = total.map { log($0) }
  }

  /// The natural logarithm of the probability of `id` after a token of the panel.
  func of(_ id: Int32, after token: Int) -> Float {
    logits[Int(id) * width + token] - largest[token] - logTotals[token]
  }
}
