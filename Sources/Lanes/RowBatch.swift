import Checkpoint

/// Some rows of a matrix on their way to codes.
final class RowBatch {
  private let shared: ActivationAwareQuantizer.Shared
  private let rows: Int
  private let weights: UnsafePointer<Float>
  /// What each column is to become, with the errors of later columns moved into it.
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

  /// Adjusts each group's scale and bias for the codes, given what the other groups leave over.
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

  /// The grid that minimizes the row's error under H; nil where that changes nothing for the better.
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
