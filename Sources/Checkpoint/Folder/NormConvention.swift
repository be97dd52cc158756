/// How a family stores norms that multiply with 1 + w, and where a conversion went wrong.
///
/// Training keeps w near 0. Hybrids of Qwen are published with w, and mlx-lm adds 1 when it converts them; Gemma keeps w,
/// and 1 is added when it runs. A converter that adds 1 once more, or never, leaves a model that loads without an error
/// and answers nonsense. mlx-lm 0.32.2 knows an unconverted folder by its convolutions, since `mtp.` tensors are in
/// converted ones too; a converted folder shows the mistake in nothing but its numbers.
enum NormConvention {
  /// 1 + w, whose mean is near 1.
  case shifted
  /// w, some of which is negative: a norm that only amplifies would be strange.
  case plain

  init?(modelType: String) {
    switch modelType {
    case "qwen3_next", "qwen3_5", "qwen3_5_moe": self = .shifted
    case "gemma3", "gemma3_text": self = .plain
    default: return nil
    }
  }

  /// The norms of layers that conversion shifts. The last norm is left out: its weights may be of any size.
  private static let names = [
    ".input_layernorm.weight", ".post_attention_layernorm.weight", ".pre_feedforward_layernorm.weight",
    ".post_feedforward_layernorm.weight", ".q_norm.weight", ".k_norm.weight",
  ]

  /// What is wrong with the norms of a folder, nil if nothing is.
  ///
  /// - Complexity: O(*n*) in the weights of norms.
  func warning(_ tensors: [String: TensorView]) -> FolderWarning? {
    let norms = tensors.values.filter { tensor in
      Self.names.contains { tensor.name.hasSuffix($0) } && !tensor.name.contains("mtp.")
        && tensor.shape.count == 1 && (1...1 << 20).contains(tensor.elementCount) && tensor.type.isRowType
    }.map(NormNumbers.init).sorted { ($0.mean, $0.name) < ($1.mean, $1.name) }
    guard !norms.isEmpty else { return nil }
    // A few norms may be anything; a mistake moves all of them.
    let middle = norms[norms.count / 2]
    switch self {
    case .shifted where middle.mean > 1.5: return .shiftedNorms(middle.name, mean: middle.mean, count: norms.count)
    case .shifted where middle.mean < 0.5: return .unshiftedNorms(middle.name, mean: middle.mean, count: norms.count)
    case .plain where middle.mean > 0.5 && norms.allSatisfy({ $0.least >= 0 }):
      return .shiftedNorms(middle.name, mean: middle.mean, count: norms.count)
    case .shifted, .plain: return nil
    }
  }
}

/// The weights of one norm, in numbers.
private struct NormNumbers {
  let name: String
  let mean: Float
  let least: Float

  init(_ tensor: TensorView) {
    name = tensor.name
    let values = tensor.file.withBytes { _ in (0..<tensor.elementCount).map { tensor.float(at: $0) } }
    mean = values.reduce(0, +) / Float(values.count)
    least = values.min() ?? 0
  }
}
