import Foundation
import JSON

/// The rotary scaling of Llama 3, found again from the factors that GGUF keeps in its place.
///
/// Wavelengths below `original / high` keep their frequency, those above `original / low` have it divided by `factor`,
/// and between them both are blended: transformers' `_compute_llama3_parameters`.
struct LlamaScaling {
  let factor: Double
  private static let (low, high, original) = (1.0, 4.0, 8192)

  /// - Parameters:
  ///   - tensor: F32, one divisor for each pair of a head's elements.
  ///   - base: The base of the frequencies.
  /// - Throws: `.badTensor` if Llama 3's scaling does not explain the divisors.
  init(of tensor: GGUFTensor, headDimension: Int, base: Double) throws(GGUFProblem) {
    guard tensor.type == .f32, tensor.shape == [headDimension / 2] else {
      throw .badTensor(
        tensor.name,
        problem: "is \(tensor.type.name) \(tensor.shape), but heads have \(headDimension) elements in F32 pairs")
    }
    var divisors = [Float](repeating: 0, count: headDimension / 2)
    tensor.copyRow(0, into: &divisors)
    factor = Double(divisors.max() ?? 1)
    for (index, found) in divisors.enumerated() {
      let wavelength = 2 * Double.pi * pow(base, Double(2 * index) / Double(headDimension))
      let expected = divisor(wavelength)
      guard abs(Double(found) - expected) <= 1e-3 * expected else {
        throw .badTensor(tensor.name, problem: "holds frequencies that the scaling of Llama 3 does not explain")
      }
    }
  }

  private func divisor(_ wavelength: Double) -> Double {
    let turns = Double(Self.original) / wavelength
    if turns > Self.high { return 1 }
    if turns < Self.low { return factor }
    let blend = (turns - Self.low) / (Self.high - Self.low)
    return 1 / ((1 - blend) / factor + blend)
  }

  /// The `rope_scaling` of a configuration.
  var json: JSONValue {
    [
      "rope_type": "llama3", "factor": .number(factor), "low_freq_factor": .number(Self.low),
      "high_freq_factor": .number(Self.high), "original_max_position_embeddings": .integer(Self.original),
    ]
  }
}
