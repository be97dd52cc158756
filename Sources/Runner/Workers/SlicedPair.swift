import Envelopes
import Measurements

/// A request of each model for a throughput cell, made in slices that take turns: what slows the machine down for longer
/// than a slice hits both models alike.
struct SlicedPair {
  let cell: ThroughputCell
  let block: Int
  let sizes: SliceSizes
  let turns: SliceTurns
  let models: [ModelUnderTest]

  /// Makes both requests; where one of them fails, the other goes on alone.
  ///
  /// - Returns: A sample of each side, the resident's first.
  /// - Throws: `CancellationError`.
  func samples() async throws -> [(side: Side, sample: Sample)] {
    var turns = turns
    // What puts a part of the prompt into the prompt cache leaves the weights in the processor's, so its order is drawn too.
    var first = turns
    for model in first.next().compactMap(models.first(of:)) { await model.begin(cell) }
    var isUnderWay = true
    while isUnderWay {
      try Task.checkCancellation()
      isUnderWay = false
      for model in turns.next().compactMap(models.first(of:)) {
        if await model.advance(by: sizes) { isUnderWay = true }
      }
    }
    var samples: [(side: Side, sample: Sample)] = []
    for side in Side.allCases {
      guard let sample = await models.first(of: side)?.takeSlicedSample(block: block) else { continue }
      samples.append((side, sample))
    }
    return samples
  }
}

extension [ModelUnderTest] {
  /// The larger of both models' chunks of a prompt, in tokens; nil if they cannot take turns within a request.
  var prefillChunk: Int? {
    get async {
      guard count == 2 else { return nil }
      var largest = 0
      for model in self {
        guard let chunk = await model.prefillChunk else { return nil }
        largest = Swift.max(largest, chunk)
      }
      return largest
    }
  }
}
