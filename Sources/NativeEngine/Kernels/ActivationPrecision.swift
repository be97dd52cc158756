import CKernels

/// How activations meet weights. docs/engine.md has the difference that each makes.
public enum ActivationPrecision: String, Sendable, CaseIterable {
  /// As `fixed16`, and prompts meet bfloat16 weights in bfloat16, as MLX and llama.cpp do, where the processor multiplies
  /// pairs of them. A text that is scored does not: its distributions are what other lanes are held against.
  case matched
  /// Each group of activations, as long as a group of weights, in 16-bit fixed point relative to its largest magnitude,
  /// so that products with 2, 4 and 8-bit codes are exact in integers.
  case fixed16
  /// Single precision throughout.
  case float32
}

extension ActivationPrecision {
  /// What a text that is scored is met in.
  var forScoring: ActivationPrecision { self == .matched ? .fixed16 : self }

  /// The rounding that the product with many tokens is asked for.
  func rounding(for matrix: rk_matrix) -> rk_rounding {
    switch self {
    case .matched: matrix.storage == RK_BFLOAT16 ? RK_BRAIN : RK_FIXED
    case .fixed16: RK_FIXED
    case .float32: RK_EXACT
    }
  }
}
