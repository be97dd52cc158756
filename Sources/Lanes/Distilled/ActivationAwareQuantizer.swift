import Checkpoint
import Dispatch

/// Quantizes a matrix so that its products with calibration inputs change least.
///
/// With H = Σ x xᵀ = L Lᵀ, a row's error e = w − q costs ‖Lᵀ e‖². Columns are rounded from the last to the first, each
/// after what the later ones have left over is moved into it (successive rounding, Babai 1986; in this setting the same
/// as the error feedback of Frantar et al. 2023, "GPTQ"). Each group's scale and bias are chosen just before, with the
/// pivots L_jj² as weights; finally scales and biases are refitted to the codes, group by group, under the whole H.
struct ActivationAwareQuantizer {
  let format: QuantizationFormat
  /// F32, F16 or BF16: of scales and biases.
  let type: TensorType

  /// Rows that are quantized together, so that each row of L is read once for all of them.
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
    func round(_ value: Float) -> Float { FloatStorage.round(value, to: type) }
  }
}

/// Rows of a matrix that are quantized together.
final class RowBatch {
  private let shared: ActivationAwareQuantizer.Shared
  private let rows: Int
  private let weights: UnsafePointer<Float>
  /// The weights, with the errors of later columns moved into earlier ones.
  private let targets: UnsafeMutablePointer<Float>
  private let codes: UnsafeMutablePointer<Float>
  /// By row and group.
  private var grids: [AffineGrid?]

  private var columns: Int { shared.columns }
  private var groupSize: Int { shared.format.groupSize }
  private var groups: Int { columns / groupSize }

  /// - Parameter weights: `rows` rows, which outlive this value.
  init(_ weights: UnsafePointer<Float>, rows: Int, shared: ActivationAwareQuantizer.Shared) {
    (self.weights, self.rows, self.shared) = (weights, rows, shared)
    let count = rows * shared.columns
    targets = UnsafeMutablePointer.allocate(capacity: count)
    targets.initialize(from: weights, count: count)
    codes = UnsafeMutablePointer.allocate(capacity: count)
    codes.initialize(repeating: 0, count: count)
    grids = [AffineGrid?](repeating: nil, count: rows * shared.columns / shared.format.groupSize)
  }

  deinit {
    targets.deallocate()
    codes.deallocate()
  }

  /// Chooses grids and codes, last column first.
  func round() {
    let steps = shared.steps
    shared.transfer.withUnsafeBufferPointer { transfer in
      shared.pivots.withUnsafeBufferPointer { pivots in
        guard let transfer = transfer.baseAddress, let pivots = pivots.baseAddress else { return }
        for group in (0..<groups).reversed() {
          let start = group * groupSize
          for row in 0..<rows {
            grids[row * groups + group] = AffineGrid(
              fitting: targets + row * columns + start, weights: pivots + start, count: groupSize, steps: steps,
              round: shared.round)
          }
          for column in (start..<start + groupSize).reversed() {
            for row in 0..<rows { round(row, column, transfer: transfer, steps: steps) }
          }
        }
      }
    }
  }

  private func round(_ row: Int, _ column: Int, transfer: UnsafePointer<Float>, steps: Float) {
    guard let grid = grids[row * groups + column / groupSize] else { return }
    let own = targets + row * columns
    let code = grid.code(of: own[column], steps: steps)
    codes[row * columns + column] = code
    let error = weights[row * columns + column] - (grid.scale * code + grid.bias)
    Self.add(error, transfer + column * columns, to: own, count: column)
  }

  /// Adjusts each group's scale and bias to the codes, given the errors of the other groups.
  func refit() {
    shared.moments.withUnsafeBufferPointer { moments in
      guard let moments = moments.baseAddress else { return }
      var gradient = [Float](repeating: 0, count: columns)
      for row in 0..<rows {
        gradient.withUnsafeMutableBufferPointer { gradient in
          guard let gradient = gradient.baseAddress else { return }
          refit(row, moments: moments, gradient: gradient)
        }
      }
    }
  }

  /// `gradient` becomes H e for the row's error e.
  private func refit(_ row: Int, moments: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>) {
    gradient.update(repeating: 0, count: columns)
    for column in 0..<columns {
      guard let grid = grids[row * groups + column / groupSize] else { return }
      let error = weights[row * columns + column] - (grid.scale * codes[row * columns + column] + grid.bias)
      Self.add(error, moments + column * columns, to: gradient, count: columns)
    }
    for group in 0..<groups {
      guard let old = grids[row * groups + group],
        let new = refitted(old, row, group, moments: moments, gradient: gradient)
      else { continue }
      grids[row * groups + group] = new
      for column in group * groupSize..<(group + 1) * groupSize {
        let change = (new.scale - old.scale) * codes[row * columns + column] + new.bias - old.bias
        Self.add(-change, moments + column * columns, to: gradient, count: columns)
      }
    }
  }

  /// The grid that minimizes the row's error under H, nil if that is no improvement.
  private func refitted(
    _ old: AffineGrid, _ row: Int, _ group: Int, moments: UnsafePointer<Float>, gradient: UnsafePointer<Float>
  ) -> AffineGrid? {
    let start = group * groupSize
    // Of the quadratic form in (scale, bias): cᵀHc, cᵀH1, 1ᵀH1, and the right sides cᵀHe, 1ᵀHe.
    var (cc, c1, one, ce, e1): (Float, Float, Float, Float, Float) = (0, 0, 0, 0, 0)
    for i in 0..<groupSize {
      let code = codes[row * columns + start + i]
      let line = moments + (start + i) * columns + start
      var (withCodes, sum): (Float, Float) = (0, 0)
      for j in 0..<groupSize {
        withCodes += line[j] * codes[row * columns + start + j]
        sum += line[j]
      }
      cc += code * withCodes
      c1 += code * sum
      one += sum
      ce += code * gradient[start + i]
      e1 += gradient[start + i]
    }
    let determinant = cc * one - c1 * c1
    guard determinant > 1e-4 * cc * one else { return nil }
    let scale = shared.round(old.scale + (one * ce - c1 * e1) / determinant)
    let bias = shared.round(old.bias + (cc * e1 - c1 * ce) / determinant)
    let (ds, db) = (scale - old.scale, bias - old.bias)
    // The change of the squared error, after rounding.
    guard scale != 0, ds * ds * cc + 2 * ds * db * c1 + db * db * one < 2 * (ds * ce + db * e1) else { return nil }
    return AffineGrid(scale: scale, bias: bias)
  }

  func store(into output: AffineParts.Output, firstRow: Int) {
    for row in 0..<rows {
      for group in 0..<groups {
        guard let grid = grids[row * groups + group] else { continue }
        let start = row * columns + group * groupSize
        output.store(
          UnsafeBufferPointer(start: codes + start, count: groupSize), scale: grid.scale, bias: grid.bias,
          at: (firstRow + row) * groups + group)
      }
    }
  }

  @inline(__always)
  private static func add(
    _ factor: Float, _ from: UnsafePointer<Float>, to output: UnsafeMutablePointer<Float>, count: Int
  ) {
    for i in 0..<count { output[i] += factor * from[i] }
  }
}
