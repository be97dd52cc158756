import JSON

/// The `quantization` section of an MLX model's `config.json`: a default format and exceptions by layer path.
public struct QuantizationConfig: Sendable, Equatable {
  public var `default`: QuantizationFormat
  /// By layer path, e.g. `model.layers.0.self_attn.q_proj`; perhaps with another prefix than the tensors have
  /// (``override(of:)``).
  public var overrides: [String: QuantizationOverride]

  public init(default: QuantizationFormat, overrides: [String: QuantizationOverride] = [:]) {
    self.default = `default`
    self.overrides = overrides
  }

  /// The format that the configuration states for a layer, nil if it is excepted from quantization.
  ///
  /// A layer that the configuration does not name may still be stored unquantized:
  /// `ModelFolder.weight(of:columnCount:)` looks at the tensors too.
  public func format(of layerPath: String) -> QuantizationFormat? {
    switch override(of: layerPath) {
    case .format(let format): format
    case .unquantized: nil
    case nil: self.default
    }
  }
}

/// What a layer uses instead of a model's default format.
public enum QuantizationOverride: Sendable, Hashable {
  case format(QuantizationFormat)
  case unquantized
}

/// The section as mlx-lm writes it: `bits` and `group_size`, perhaps `mode`, and one member per excepted layer, under
/// its path, that holds the same three or `false`.
extension QuantizationConfig {
  /// Reads the section.
  ///
  /// - Throws: `.field` with the path of the member.
  init(parsing value: JSONValue, field: String, file: String) throws(CheckpointError) {
    guard let object = value.object else {
      throw .field(file: file, name: field, problem: "is \(value.kind), not an object")
    }
    for name in ["bits", "group_size"] where (value[name] ?? .null) == .null {
      throw .field(file: file, name: "\(field).\(name)", problem: "is missing")
    }
    `default` = try Self.format(value, field: field, file: file)
    overrides = [:]
    for member in object.members where !Self.ownNames.contains(member.name) {
      let path = "\(field).\(member.name)"
      switch member.value {
      case .bool(false): overrides[member.name] = .unquantized
      case .bool(true): overrides[member.name] = .format(`default`)
      case .object: overrides[member.name] = .format(try Self.format(member.value, field: path, file: file))
      // Tools add notes such as "quant_method": "…"; a layer's path never holds a scalar.
      default: continue
      }
    }
  }

  private static let ownNames: Set<String> = ["bits", "group_size", "mode"]

  private static func format(_ value: JSONValue, field: String, file: String) throws(CheckpointError)
    -> QuantizationFormat
  {
    var mode = QuantizationFormat.Mode.affine
    if let name = value["mode"], name != .null {
      guard let text = name.string, let known = QuantizationFormat.Mode(rawValue: text) else {
        let modes = QuantizationFormat.Mode.allCases.map(\.rawValue).joined(separator: ", ")
        throw .field(file: file, name: "\(field).mode", problem: "is none of \(modes)")
      }
      mode = known
    }
    for (name, meaning) in [("global_scale", "a tensor scale"), ("quantize_input", "quantized activations")]
    where value[name]?.bool == true {
      throw .field(file: file, name: "\(field).\(name)", problem: "asks for \(meaning), which is not supported")
    }
    let (bits, groupSize) = mode.defaults
    let chosenBits = try integer("bits", of: value, default: bits, field: field, file: file)
    let chosenGroup = try integer("group_size", of: value, default: groupSize, field: field, file: file)
    guard let format = QuantizationFormat(bits: chosenBits, groupSize: chosenGroup, mode: mode) else {
      throw .field(
        file: file, name: field,
        problem: "asks for \(mode.rawValue) with \(chosenBits) bits in groups of \(chosenGroup), which does not exist")
    }
    return format
  }

  private static func integer(
    _ name: String, of value: JSONValue, default fallback: Int, field: String, file: String
  ) throws(CheckpointError) -> Int {
    guard let member = value[name], member != .null else { return fallback }
    guard let number = member.integer else {
      throw .field(file: file, name: "\(field).\(name)", problem: "is not an integer")
    }
    return number
  }

  /// The section, layers in the order of their paths.
  var json: JSONValue {
    var object = self.default.json.object ?? JSONObject()
    for (path, value) in overrides.sorted(by: { $0.key < $1.key }) {
      switch value {
      case .format(let format): object[path] = format.json
      case .unquantized: object[path] = false
      }
    }
    return .object(object)
  }
}

extension QuantizationFormat {
  var json: JSONValue {
    ["group_size": .integer(groupSize), "bits": .integer(bits), "mode": .string(mode.rawValue)]
  }
}

extension QuantizationFormat.Mode {
  /// The numbers that MLX takes if a layer's entry leaves them out.
  fileprivate var defaults: (bits: Int, groupSize: Int) {
    switch self {
    case .affine: (4, 64)
    case .mxfp4: (4, 32)
    case .mxfp8: (8, 32)
    case .nvfp4: (4, 16)
    }
  }
}
