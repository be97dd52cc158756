import Checkpoint
import Foundation

/// What a server made of fixed texts, which tells whose weights it serves and whether it still does.
struct ServedVectors {
  static let texts = [
    "Put a call with Dana on my calendar for Thursday at three.", "weather",
    "The court rejected the appeal, and the company will have to pay the fine within thirty days.",
    "let x = try await fetch(url)",
  ]
  /// The least cosine with the vectors of the folder's own weights. Lanes of 8 bits reach it, those of 4 bits do not.
  static let leastCosine = 0.999
  /// The same with the server's own earlier ones.
  static let leastOwnCosine = 0.9999

  let vectors: [[Float]]

  /// - Throws: `EndpointError`.
  init(of endpoint: Endpoint, within seconds: Double) throws {
    vectors = try endpoint.vectors(of: Self.texts, within: seconds)
  }

  var dimension: Int { vectors[0].count }

  /// Whether all have the length 1.
  var areNormalized: Bool { vectors.allSatisfy { abs(Self.cosine($0, $0, isScaled: false) - 1) < 1e-3 } }

  /// The smallest cosine with other vectors of the same texts; -1 if they have another length.
  func smallestCosine(with others: [[Float]]) -> Double {
    zip(vectors, others).map { $0.count == $1.count ? Self.cosine($0, $1) : -1 }.min() ?? -1
  }

  static func cosine(_ one: [Float], _ other: [Float], isScaled: Bool = true) -> Double {
    func product(_ one: [Float], _ other: [Float]) -> Double {
      zip(one, other).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    let lengths = isScaled ? (product(one, one) * product(other, other)).squareRoot() : 1
    return lengths > 0 ? product(one, other) / lengths : 0
  }
}

extension WeightsProof {
  /// Examines a server of vectors.
  ///
  /// - Throws: `.otherWeights` if its vectors contradict the folder; another `EndpointError` if it cannot be asked.
  init(of served: ServedVectors, at endpoint: Endpoint, _ folder: ClaimedEmbedder, process: ProcessProof?) throws {
    guard let model = folder.model, let manifest = try? WeightManifest(of: model) else {
      self.init(level: .unverified, manifest: nil, detail: "the weights of the folder cannot be read", readings: [])
      return
    }
    let cosine = folder.ownVectors(of: ServedVectors.texts).map(served.smallestCosine)
    if let cosine, cosine < ServedVectors.leastCosine {
      throw EndpointError.otherWeights(
        String(
          format: "its vectors of %d texts have cosines down to %.4f with those of the folder's weights, pooling and "
            + "tokenizer, less than %.3f", ServedVectors.texts.count, cosine, ServedVectors.leastCosine))
    }
    let figure = cosine.map { String(format: "its vectors have cosines of at least %.6f with those of the folder", $0) }
    if let process, try process.holds(manifest, of: model), Self.isAlone(endpoint, process) {
      self.init(
        level: .process, manifest: manifest,
        detail: "the serving process has \(process.sources[0].lastPathComponent)" + (figure.map { "; \($0)" } ?? ""),
        readings: [])
    } else if let figure {
      self.init(level: .fingerprint, manifest: manifest, detail: figure, readings: [])
    } else {
      self.init(
        level: .unverified, manifest: nil,
        detail: "neither the serving process nor the native engine proves the weights",
        readings: [])
    }
  }
}
