import Checkpoint

/// A model that runs a few layers at a time over calibration text, with weights that can be exchanged in between.
///
/// Not thread-safe: one caller at a time.
public final class LayerwiseModel {
  let session: Session
  private let linears: [MatrixSlot: Linear]
  /// Every matrix, the embedding first, then layer by layer.
  public let slots: [MatrixSlot]

  /// - Parameters:
  ///   - threads: Threads that compute; nil takes one per physical core.
  ///   - sequenceLength: The most tokens of a sequence.
  /// - Throws: `CheckpointError` or `EngineError`.
  public init(_ folder: ModelFolder, threads: Int?, sequenceLength: Int, instructionSet: String? = nil) throws {
    session = try Session(
      folder,
      // Layers run one after the other over whole sequences, so that those which share keys and values need all of them.
      options: Session.Options(
        threads: threads, contextLength: sequenceLength, rewindableTokens: sequenceLength,
        instructionSet: instructionSet))
    if let linear = session.decoder.matrices.map(\.linear).first(where: \.isReordered) {
      throw EngineError.unsupported(
        "lanes that measure layers do not take models with interleaved rotation, such as that of \(linear.path)")
    }
    let matrices = session.decoder.matrices.map { (MatrixSlot(path: $0.linear.path, place: $0.place), $0.linear) }
    slots = matrices.map(\.0)
    linears = Dictionary(matrices, uniquingKeysWith: { first, _ in first })
  }

  public var layerCount: Int { session.decoder.layers.count }
  /// The most tokens of a sequence.
  public var sequenceLength: Int { session.contextLength }

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
  ///
  /// - Precondition: The slot is one of `slots`.
  public subscript(slot: MatrixSlot) -> Weights {
    get { Weights(linear(slot).matrix) }
    set { linear(slot).matrix = newValue.weights }
  }

  private func linear(_ slot: MatrixSlot) -> Linear {
    guard let linear = linears[slot] else { preconditionFailure("the model has no matrix \(slot.path)") }
    return linear
  }
}
