/// Which exception applies to which layer.
extension QuantizationConfig {
  /// What a layer's path may begin with: mlx-lm keeps the text model of a model with other parts in `language_model`.
  private static let prefixes = ["", "model.", "language_model.", "language_model.model.", "model.language_model."]

  /// The names under which a layer's exception may stand: its own path first, then the same with other prefixes.
  private static func names(of layerPath: String) -> [String] {
    var rest = layerPath[...]
    while let prefix = ["model.", "language_model."].first(where: { rest.hasPrefix($0) }) {
      rest = rest.dropFirst(prefix.count)
    }
    var names = [layerPath]
    for prefix in prefixes where "\(prefix)\(rest)" != layerPath { names.append("\(prefix)\(rest)") }
    return names
  }

  /// The exception that applies to a layer, nil if there is none.
  ///
  /// Published configurations name a layer with and without the prefix that its tensors have. A layer's own path goes
  /// first.
  public func override(of layerPath: String) -> QuantizationOverride? {
    if overrides.isEmpty { return nil }
    for name in Self.names(of: layerPath) {
      if let override = overrides[name] { return override }
    }
    return nil
  }

  /// The exceptions that apply to none of these layers, sorted.
  ///
  /// - Complexity: O(*n*) in layers.
  func unusedOverrides(layers: some Sequence<String>) -> [String] {
    if overrides.isEmpty { return [] }
    var unused = overrides
    for path in layers {
      let names = Self.names(of: path).filter { overrides[$0] != nil }
      guard let first = names.first, let value = overrides[first] else { continue }
      // Under a second name, the same is no contradiction.
      for name in names where overrides[name] == value { unused[name] = nil }
    }
    return unused.keys.sorted()
  }
}
