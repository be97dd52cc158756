import Checkpoint

/// How well each way of pooling tells texts that mean the same from texts that do not.
///
/// A model was trained with one of them. Another gives vectors that look right and rank worse, which no file shows.
public struct PoolingTrial: Sendable, Equatable {
  /// Standard deviations between the cosines of pairs that mean the same and those of other pairs, by way of pooling.
  public let separations: [EmbeddingRecipe.Pooling: Double]
  public let stated: EmbeddingRecipe.Pooling

  /// Another way of pooling that tells texts apart much better than the stated one; nil if there is none.
  ///
  /// With all-MiniLM-L6-v2, which was trained with the mean, the separations are 9.3 by the mean, 8.7 by the weighted mean,
  /// 5.8 by the last token and by the maximum, and 3.6 by the first. A model that tells nothing apart says nothing of its pooling.
  public var better: EmbeddingRecipe.Pooling? {
    guard let own = separations[stated],
      let best = separations.max(by: { ($0.value, $1.key.rawValue) < ($1.value, $0.key.rawValue) }),
      best.value >= Self.leastSeparation, best.value > Self.leastRatio * own
    else { return nil }
    return best.key
  }

  private static let leastSeparation = 4.0
  private static let leastRatio = 1.4

  /// Makes vectors of the fixed pairs in every way.
  ///
  /// - Throws: `EngineError`.
  public init(_ model: EmbeddingModel) throws {
    let poolings = EmbeddingRecipe.Pooling.allCases
    let vectors = try model.vectors(of: Self.pairs.flatMap { [$0.0, $0.1] }, by: poolings)
    var separations: [EmbeddingRecipe.Pooling: Double] = [:]
    for (index, pooling) in poolings.enumerated() {
      separations[pooling] = Self.separation(vectors.map { $0[index].normalized })
    }
    self.separations = separations
    stated = model.recipe.pooling
  }

  /// - Parameter vectors: Of the pairs' texts, one after the other, each of length 1.
  private static func separation(_ vectors: [[Float]]) -> Double {
    var (alike, others): ([Double], [Double]) = ([], [])
    for one in stride(from: 0, to: vectors.count, by: 2) {
      for other in stride(from: 1, to: vectors.count, by: 2) {
        let cosine = zip(vectors[one], vectors[other]).reduce(0) { $0 + Double($1.0) * Double($1.1) }
        if other == one + 1 { alike.append(cosine) } else { others.append(cosine) }
      }
    }
    let spread = ((variance(alike) + variance(others)) / 2).squareRoot()
    return spread > 0 ? (mean(alike) - mean(others)) / spread : 0
  }

  private static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

  private static func variance(_ values: [Double]) -> Double {
    let mean = mean(values)
    return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
  }

  /// Pairs that mean about the same with few words in common.
  private static let pairs = [
    ("Will it rain tomorrow?", "The forecast says showers are likely on the next day."),
    ("How do I reset my password?", "Steps to recover access to an account after forgetting the login."),
    ("The cat is sleeping on the sofa.", "A kitten takes a nap on the couch."),
    ("Book a flight to Lisbon.", "Reserve a plane ticket to Portugal."),
    ("The bridge was closed for repairs.", "Workers shut the crossing to fix it."),
    ("She plays the violin in an orchestra.", "A musician performs on a string instrument with an ensemble."),
    ("Bake the bread for forty minutes.", "The loaf stays in the oven for less than an hour."),
    ("The court rejected the appeal.", "Judges upheld the earlier ruling."),
    ("My laptop battery drains too fast.", "The notebook computer runs out of power quickly."),
    ("The company reported lower profits.", "Earnings of the firm fell this quarter."),
    ("Vaccines train the immune system.", "An injection teaches the body to fight a disease."),
    ("He scored twice in the final.", "The striker's two goals decided the championship match."),
  ]
}
