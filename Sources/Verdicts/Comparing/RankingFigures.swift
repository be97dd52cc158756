import Envelopes
import Measurements
import Statistics

extension AccuracyTask {
  /// What one model's samples of a retrieval or similarity task give together; none for other kinds, and none for samples
  /// that give nothing.
  public func rankingFigures(_ samples: [Sample]) -> [CellFacts.Figure] {
    let grades = Dictionary(items.map { ($0.id, $0.grades) }, uniquingKeysWith: { first, _ in first })
    let own = samples.filter { $0.place.cell == id }.compactMap { sample in
      sample.place.item.flatMap { grades[$0] }.map { (sample: sample, grades: $0) }
    }
    if kind == .similarity {
      let pairs = own.compactMap { sample, grades in
        sample.similarity.flatMap { cosine in grades.first.map { (gold: $0, cosine: cosine) } }
      }
      guard let rho = RankCorrelation.spearman(pairs.map(\.gold), pairs.map(\.cosine)) else { return [] }
      return [CellFacts.Figure(metric: .rankCorrelation, value: rho, count: pairs.count)]
    }
    guard let retrieval else { return [] }
    return [Metric.discountedGain, .recall].compactMap { metric in
      let scores = own.compactMap { sample, grades in
        sample.answer.flatMap { retrieval.score($0, grades, by: metric) }
      }
      guard !scores.isEmpty else { return nil }
      return CellFacts.Figure(metric: metric, value: scores.reduce(0, +) / Double(scores.count), count: scores.count)
    }
  }
}

extension RetrievalTask {
  /// What a metric makes of the ranks of a query's relevant documents, a share; nil for a reading that has not as many ranks
  /// from 1 as there are grades.
  func score(_ reading: AnswerReading, _ grades: [Double], by metric: Metric) -> Double? {
    let ranks = reading.optionScores.compactMap { Int(exactly: $0) }
    guard ranks.count == grades.count, reading.optionScores.count == grades.count, !ranks.isEmpty,
      ranks.allSatisfy({ (1...documents.count).contains($0) }), Set(ranks).count == ranks.count
    else { return nil }
    return metric == .recall ? recall(ranks: ranks) : Self.discountedGain(ranks: ranks, grades: grades)
  }
}
