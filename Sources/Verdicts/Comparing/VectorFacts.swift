import JSON
import Measurements

/// How the two models of a comparison make vectors, as their own files state it.
///
/// Lanes of one model have this alike. If they do not, one of them was likely published with the wrong files: another pooling
/// or a missing prompt makes vectors that look right and rank wrong.
public struct VectorFacts: Sendable, Equatable {
  /// What one of them states.
  public struct Side: Sendable, Equatable {
    public let pooling: String
    public let isNormalized: Bool
    public let dimension: Int
    /// Tokens of a text that are read.
    public let maximumTokens: Int
    /// By name, sorted.
    public let prompts: [String]

    /// In words.
    public var text: String {
      "\(pooling) pooling, \(isNormalized ? "normalized" : "not normalized"), \(dimension) dimensions, "
        + "\(maximumTokens) tokens read, "
        + (prompts.isEmpty ? "no prompts" : "prompts \(prompts.joined(separator: ", "))")
    }
  }

  public let resident: Side
  public let candidate: Side

  /// What is not alike, in words.
  public var differences: [String] {
    [
      resident.pooling == candidate.pooling ? nil : "pooling",
      resident.isNormalized == candidate.isNormalized ? nil : "normalization",
      resident.dimension == candidate.dimension ? nil : "dimensions",
      resident.maximumTokens == candidate.maximumTokens ? nil : "tokens read",
      resident.prompts == candidate.prompts ? nil : "prompts",
    ].compactMap(\.self)
  }
}

extension VectorFacts.Side {
  /// Nil unless a worker described it as a model that makes vectors.
  fileprivate init?(_ run: Run) {
    guard let facts = run.description["embedding"], let pooling = facts["pooling"]?.string,
      let isNormalized = facts["normalized"]?.bool, let dimension = facts["dimension"]?.integer,
      let maximumTokens = facts["maximum_tokens"]?.integer
    else { return nil }
    self.pooling = pooling
    self.isNormalized = isNormalized
    self.dimension = dimension
    self.maximumTokens = maximumTokens
    prompts = facts["prompts"]?.object?.members.map(\.name).sorted() ?? []
  }
}

extension Judge {
  /// Nil unless both models make vectors.
  public var vectorFacts: VectorFacts? {
    guard let resident = VectorFacts.Side(comparison.evidence.run(of: .resident)),
      let candidate = VectorFacts.Side(comparison.evidence.run(of: .candidate))
    else { return nil }
    return VectorFacts(resident: resident, candidate: candidate)
  }
}
