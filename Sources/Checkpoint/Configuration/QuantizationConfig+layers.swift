/// Which exception applies to which layer.
extension QuantizationConfig {
  /// What a layer's path may begin with: mlx-lm keeps the text model of a model with other parts in `language_model`.
  private static let prefixes = ["", "model.", "language_model.", "language_model.model.", "model.language_model."]

  /// The names under which a layer's exception may stand: its own path first, then the same with other prefixes.
  private static func names(of layerPath: String) -> [String] {
    let rest = rest(of: layerPath)
    var names = [layerPath]
    for prefix in prefixes where "\(prefix)\(rest)" != layerPath { names.append("\(prefix)\(rest)") }
    return names
  }

  /// A layer's path without prefixes.
  private static func rest(of layerPath: String) -> Substring {
    var rest = layerPath[...]
    while let prefix = ["model.", "language_model."].first(where: { rest.utf8.starts(with: $0.utf8) }) {
      rest = rest.dropFirst(prefix.count)
    }
    return rest
  }

  /// Those of some layers that have the name of an exception, whatever prefixes either has.
  ///
  /// To look for each of a million layers under all of its names takes seconds.
  func named(among layers: some Sequence<String>) -> [String] {
    let rests = Set(overrides.keys.map(Self.rest))
    return layers.filter { rests.contains(Self.rest(of: $0)) }
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
