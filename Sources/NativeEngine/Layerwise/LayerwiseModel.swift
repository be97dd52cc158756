import Checkpoint

/// A model that runs a few layers at a time over calibration text, with weights that can be exchanged in between.
///
/// Not thread-safe: one caller at a time.
public final class LayerwiseModel {
  let session: Session

  /// - Parameters:
  ///   - threads: Threads that compute; nil takes one per physical core.
  ///   - sequenceLength: The most tokens of a sequence.
  /// - Throws: `CheckpointError` or `EngineError`.
  public init(_ folder: ModelFolder, threads: Int?, sequenceLength: Int, instructionSet: String? = nil) throws {
    session = try Session(
      folder,
      options: Session.Options(threads: threads, contextLength: sequenceLength, instructionSet: instructionSet))
  }

  public var layerCount: Int { session.model.layers.count }
  /// The most tokens of a sequence.
  public var sequenceLength: Int { session.contextLength }

  /// Every matrix, the embedding first, then layer by layer.
  public var slots: [MatrixSlot] {
    let layers = session.model.layers.indices.flatMap { index in LayerRole.allCases.map { MatrixSlot.layer(index, $0) }
    }
    return [.embedding] + layers + (session.config.tieWordEmbeddings ? [] : [.head])
  }

  /// Rows (outputs) and columns (inputs) of a matrix.
  public func shape(of slot: MatrixSlot) -> (rows: Int, columns: Int) {
    let matrix = self[slot].weights
    return (matrix.rows, matrix.columns)
  }

  /// Weights that can be put into a slot.
  public struct Weights: Sendable {
    let weights: WeightMatrix

    /// Quantized weights; `type` is that of the scales.
    public init(
      _ parts: QuantizedParts, format: QuantizationFormat, type: TensorType, shape: (rows: Int, columns: Int)
    ) {
      weights = WeightMatrix(parts, format: format, type: type, rows: shape.rows, columns: shape.columns)
    }

    init(_ weights: WeightMatrix) { self.weights = weights }
  }

  /// The weights in a slot.
  public subscript(slot: MatrixSlot) -> Weights {
    get {
      switch slot {
      case .embedding: Weights(session.model.embedding)
      case .head: Weights(session.model.head)
      case .layer(let index, let role): Weights(session.model.layers[index][keyPath: role.member])
      }
    }
    set {
      switch slot {
      case .embedding:
        session.model.embedding = newValue.weights
        if session.config.tieWordEmbeddings { session.model.head = newValue.weights }
      case .head: session.model.head = newValue.weights
      case .layer(let index, let role): session.model.layers[index][keyPath: role.member] = newValue.weights
      }
    }
  }
}
