/// How the activations of decoded tokens meet quantized weights. Prompts are always processed in single precision.
public enum ActivationPrecision: String, Sendable, CaseIterable {
  /// Each group of activations, as long as a group of weights, in 16-bit fixed point relative to its largest magnitude,
  /// so that products with 2, 4 and 8-bit codes are exact in integers. docs/engine.md has the difference that it makes.
  case fixed16
  case float32
}
