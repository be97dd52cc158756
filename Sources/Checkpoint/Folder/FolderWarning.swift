import Foundation

/// What is odd about a model folder that can be loaded nevertheless.
public enum FolderWarning: Sendable, Hashable, CustomStringConvertible {
  /// Exceptions of the quantization section that apply to no tensor.
  case unusedOverrides([String])
  /// Layers with an exception that states a format, but without scales; mlx-lm refuses to load such a folder.
  case formatsWithoutScales([String])
  /// Files beside the weights that neither this program nor mlx-lm loads.
  case unloadedFiles([String])
  /// Norms to which 1 was added once more than their family stores them with; the one in the middle, by its mean.
  case shiftedNorms(String, mean: Float, count: Int)
  /// Norms to which 1 was not added, as their family stores them with; the one in the middle, by its mean.
  case unshiftedNorms(String, mean: Float, count: Int)

  public var description: String {
    switch self {
    case .unusedOverrides(let names):
      "config.json: the quantization of \(Self.list(names)) fits no tensor"
    case .formatsWithoutScales(let paths):
      "config.json states a format for \(Self.list(paths)), stored without scales: mlx-lm will not load it"
    case .unloadedFiles(let names):
      "\(Self.list(names)) is not loaded: only model*.safetensors is"
    case .shiftedNorms(let name, let mean, let count):
      "\"\(name)\" has the mean \(Self.figure(mean)), the middle of \(count) norms: a converter has added 1 to them "
        + "twice, and the model will answer nonsense; convert it again from the published weights"
    case .unshiftedNorms(let name, let mean, let count):
      "\"\(name)\" has the mean \(Self.figure(mean)), the middle of \(count) norms: no converter has added 1 to them, "
        + "and the model will answer nonsense; convert it with mlx_lm.convert"
    }
  }

  private static func figure(_ mean: Float) -> String { String(format: "%.2f", mean) }

  private static func list(_ names: [String]) -> String {
    let shown = names.prefix(4).map { "\"\($0)\"" }.joined(separator: ", ")
    return names.count > 4 ? "\(shown) and \(names.count - 4) more" : shown
  }
}

extension FolderWarning {
  /// What the weights themselves show.
  static func weights(of modelType: String?, _ tensors: [String: TensorView]) -> [FolderWarning] {
    [modelType.flatMap(NormConvention.init)?.warning(tensors)].compactMap(\.self)
  }

  /// What the quantization section says of layers that are not stored so.
  static func quantization(_ config: QuantizationConfig?, of tensors: [String: TensorView]) -> [FolderWarning] {
    guard let config, !config.overrides.isEmpty else { return [] }
    let paths = config.named(
      among: tensors.keys.lazy.filter { $0.hasSuffix(".weight") }.map { String($0.dropLast(".weight".count)) })
    var warnings: [FolderWarning] = []
    let unused = config.unusedOverrides(layers: paths)
    if !unused.isEmpty { warnings.append(.unusedOverrides(unused)) }
    let plain = paths.filter { path in
      guard case .format = config.override(of: path) else { return false }
      return tensors["\(path).scales"] == nil
    }
    if !plain.isEmpty { warnings.append(.formatsWithoutScales(plain.sorted())) }
    return warnings
  }
}
