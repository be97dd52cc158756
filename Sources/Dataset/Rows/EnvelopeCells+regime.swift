import Measurements

extension EnvelopeCells {
  /// What is missing for a reader to know what a sample's figures are about, or nil.
  func missingRegime(of sample: Sample) -> String? {
    switch sample.outcome {
    case .throughput(let reading):
      if concurrency(of: sample.place.cell) == nil { return "a concurrency: the envelope has no such throughput cell" }
      if reading.promptTokens == 0 { return "prompt tokens" }
      return reading.decodeTokens == 0 ? "decoded tokens" : nil
    case .answer:
      if !hasTask(sample.place.cell) { return "a task: the envelope has no such accuracy task" }
      return sample.place.item == nil ? "an item" : nil
    case .turn(let turn):
      if !hasLoop(sample.place.cell) { return "a loop: the envelope has no such tool loop" }
      return turn.times.promptTokens == 0 ? "prompt tokens" : nil
    case .unscored: return nil
    }
  }
}
