/// Tensors of a checkpoint that text does not need.
public struct LeftOutPart: Sendable, Equatable {
  /// For example `vision_tower`.
  public let name: String
  public let tensorCount: Int
  /// Codes, scales and biases.
  public let byteCount: Int

  /// The parts of vision and sound, of the prediction of several tokens, and what follows from the configuration.
  private static let names = [
    "vision_tower", "vision_embedder", "multi_modal_projector", "visual", "audio_tower", "embed_vision", "embed_audio",
    "mtp", "rotary_emb",
  ]

  /// The part that a tensor belongs to, nil if it is of the text model.
  public static func name(of tensor: String) -> String? {
    var tensor = tensor
    // Without a text for each part of each of a million names.
    return tensor.withUTF8 { bytes in
      var start = 0
      while true {
        let end = bytes[start...].firstIndex(of: UInt8(ascii: ".")) ?? bytes.count
        let part = bytes[start..<end]
        if let name = names.first(where: { $0.utf8.count == part.count && $0.utf8.elementsEqual(part) }) { return name }
        guard end < bytes.count else { return nil }
        start = end + 1
      }
    }
  }

  /// The parts among these tensors, in the order of their names.
  static func all(in tensors: [String: TensorView]) -> [LeftOutPart] {
    var found: [String: (tensors: Int, bytes: Int)] = [:]
    for (name, tensor) in tensors {
      guard let part = Self.name(of: name) else { continue }
      let old = found[part] ?? (0, 0)
      found[part] = (old.tensors + 1, old.bytes + tensor.bytes.count)
    }
    return found.sorted { $0.key < $1.key }.map {
      LeftOutPart(name: $0.key, tensorCount: $0.value.tensors, byteCount: $0.value.bytes)
    }
  }
}
