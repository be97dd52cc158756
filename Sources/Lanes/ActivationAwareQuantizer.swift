import Checkpoint
import Dispatch

/// Quantizes a matrix so that its products with calibration inputs change least.
///
/// With H = Σ x xᵀ = L Lᵀ, a row's error e = w − q costs ‖Lᵀ e‖². Columns are rounded from the last to the first, each
/// after what the later ones have left over is moved into it (successive rounding, Babai 1986; in this setting the same
/// as the error feedback of Frantar et al. 2023, "GPTQ"). Each group's scale and bias are chosen just before, with the
/// pivots L_jj² as weights; in the end scales and biases are refitted for the codes, group by group, under the whole H.
struct ActivationAwareQuantizer {
  let format: QuantizationFormat
  /// F32, F16 or BF16: of scales and biases.
  let type: TensorType

  /// Rows that go through the columns together, so that each row of L is read once for all of them.
  private static let batch = 16

  /// - Parameters:
  ///   - weights: Row-major.
  ///   - moments: H, `columns` × `columns`.
  func quantize(_ weights: [Float], rows: Int, columns: Int, moments: [Float]) -> QuantizedParts {
    let factor = CholeskyFactor(moments, size: columns)
    var (transfer, pivots) = (factor.rows, [Float](repeating: 0, count: columns))
    for j in 0..<columns { pivots[j] = factor.rows[j * columns + j] * factor.rows[j * columns + j] }
    for k in 0..<columns {
      for j in 0..<k { transfer[k * columns + j] /= factor.rows[j * columns + j] }
    }
    let groups = columns / format.groupSize
    var parts = AffineParts(rows: rows, groups: groups, format: format, type: type)
    let shared = Shared(
      format: format, type: type, columns: columns, transfer: transfer, pivots: pivots, moments: moments)
    parts.fill { output in
      // Each batch writes its own rows only.
      nonisolated(unsafe) let output = output
      DispatchQueue.concurrentPerform(iterations: (rows + Self.batch - 1) / Self.batch) { index in
        let first = index * Self.batch
        let own = first..<min(first + Self.batch, rows)
        weights.withUnsafeBufferPointer { weights in
          guard let base = weights.baseAddress else { return }
          let batch = RowBatch(base + first * columns, rows: own.count, shared: shared)
          batch.round()
          batch.refit()
          batch.store(into: output, firstRow: first)
        }
      }
    }
    return parts.parts
  }

  /// What all rows of a matrix share.
  struct Shared: Sendable {
    let format: QuantizationFormat
    let type: TensorType
    let columns: Int
    /// L with each column divided by its pivot's root.
    let transfer: [Float]
    let pivots: [Float]
    let moments: [Float]

    var steps: Float { Float(1 << format.bits - 1) }

    @inline(__always)
    func round(_ value: Float) -> Float { FloatRounding.round(value, to: type) }
  }
}
