import CKernels

/// What of a layer decides how long it takes: layers of one kind take the same time.
struct LayerKind: Hashable {
  private let mixer: Mixer
  private let matrices: [Matrix]
  private let picked: Int?

  private enum Mixer: Hashable {
    case attention(window: Int?)
    case latentAttention
    case recurrent
    case none
  }

  private struct Matrix: Hashable {
    let rows: Int
    let columns: Int
    let storage: UInt32
    let bits: Int32
    let group: Int64
  }

  init(_ layer: DecoderLayer) {
    mixer =
      switch layer.mixer {
      case .attention(let attention): .attention(window: attention.window)
      case .latentAttention: .latentAttention
      case .recurrent: .recurrent
      case nil: .none
      }
    matrices = layer.matrices.map { entry in
      let matrix = entry.linear.matrix.matrix
      return Matrix(
        rows: entry.linear.rows, columns: entry.linear.columns, storage: UInt32(matrix.storage.rawValue),
        bits: Int32(matrix.bits), group: Int64(matrix.group))
    }
    picked = layer.feedForward?.experts?.routing.picked
  }
}

extension Decoder {
  /// The indices of layers by kind, in the order of the kinds' first layers.
  var layersByKind: [[Int]] {
    var places: [LayerKind: Int] = [:]
    var kinds: [[Int]] = []
    for (index, layer) in layers.enumerated() {
      let kind = LayerKind(layer)
      if let place = places[kind] {
        kinds[place].append(index)
      } else {
        places[kind] = kinds.count
        kinds.append([index])
      }
    }
    return kinds
  }

  /// The decoder with some of its layers only.
  func selecting(_ indices: [Int]) -> Decoder {
    Decoder(
      config: config, embedding: embedding, embeddingScale: embeddingScale, layers: indices.map { layers[$0] },
      finalNorm: finalNorm, head: head, logitCap: logitCap, rotaries: rotaries, isCausal: isCausal,
      layerInputs: layerInputs)
  }
}
