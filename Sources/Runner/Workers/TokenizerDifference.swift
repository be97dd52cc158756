import Foundation
import Measurements

/// How long the same texts are to two models with different tokenizers.
///
/// A cell's prompt and answer have as many tokens for either model, and rates are of each model's own tokens: whoever needs
/// more of them for a text takes longer for it at the same rate.
public struct TokenizerDifference: Sendable, Equatable {
  /// Tokens of the texts of the envelope's throughput cells.
  public let residentTokens: Int
  public let candidateTokens: Int

  /// How many times as many the candidate needs for the same text.
  public var ratio: Double { Double(candidateTokens) / Double(residentTokens) }
}

extension TokenizerDifference: CustomStringConvertible {
  public var description: String {
    """
    the models have different tokenizers: the envelope's texts are \(residentTokens) tokens to the resident and \
    \(candidateTokens) to the candidate. Effects are of tokens, of which the candidate needs \
    \(String(format: "%.2f", ratio)) times as many for the same text
    """
  }
}

extension MeasurementRunner {
  /// Nil unless both models have a tokenizer that was hashed, and these differ and count differently.
  func tokenizerDifference(_ models: [ModelUnderTest], _ runs: [Side: Run]) async -> TokenizerDifference? {
    guard let own = runs[.resident]?.tokenizerHash, let other = runs[.candidate]?.tokenizerHash, own != other,
      let resident = await models.first(of: .resident)?.tokenCount(),
      let candidate = await models.first(of: .candidate)?.tokenCount(), resident > 0, candidate != resident
    else { return nil }
    return TokenizerDifference(residentTokens: resident, candidateTokens: candidate)
  }
}

extension ModelUnderTest {
  /// Of the texts of the envelope's throughput cells. A worker that fails meanwhile is left to the measurements, which say
  /// how it failed.
  fileprivate func tokenCount() async -> Int? {
    guard let worker else { return nil }
    var count = 0
    for cell in plan.envelope.throughput {
      guard let tokens = try? await worker.tokens(of: cell.text) else { return nil }
      count += tokens.count
    }
    return count
  }
}

extension Run {
  fileprivate var tokenizerHash: String? {
    guard case .hashed(_, let files, _) = provenance else { return nil }
    return files["tokenizer.json"]?.string
  }
}
