import CKernels

/// Products of matrices with many tokens in panels (see CKernels.h), their rows shared out to the threads of a team.
///
/// Each operation is a list of tasks that idle threads take, and ends with a barrier.
struct PanelProducts {
  /// A product, where its result goes, and whether it is added to what is there.
  typealias Product = (linear: Linear, output: UnsafeMutablePointer<Float>, accumulates: Bool)

  let kernels: Kernels
  let thread: TeamThread
  let precision: ActivationPrecision
  /// Inputs arranged for the product with the next weights, by all threads.
  let prepared: FloatBuffer
  /// This thread's own.
  let tile: FloatBuffer
  let tokens: Int
  /// Those that are computed.
  let panels: Range<Int>

  private var width: Int { kernels.panel }

  /// The fewest rows of a task: enough that taking one costs nothing.
  static let rowsPerTask = 32

  /// Rows per task of a product with so many. Each task reads the whole input, from beyond the second-level cache if it is
  /// wide, so tasks are large; but each thread has eight of them, so that all end together.
  private func rowsPerTask(of rows: Int) -> Int {
    let share = rows / (8 * thread.count) / Self.rowsPerTask * Self.rowsPerTask
    return min(max(share, Self.rowsPerTask), 4 * Self.rowsPerTask)
  }

  /// Products of one input, as if the rows of neighbours of one format stood below each other.
  func multiply(_ products: [Product], from input: UnsafePointer<Float>) {
    var left = products[...]
    while let first = left.first {
      let neighbours = Array(left.prefix { sharesPanels(first.linear.matrix, $0.linear.matrix) })
      left = left.dropFirst(neighbours.count)
      let arranged = arrange(input, for: first.linear.matrix)
      let rows = rowsPerTask(of: neighbours.reduce(0) { $0 + $1.linear.rows })
      let tasks = neighbours.map { ($0.linear.rows + rows - 1) / rows }
      thread.forEachTask(tasks.reduce(0, +)) { task in
        var block = task
        var product = 0
        while block >= tasks[product] {
          block -= tasks[product]
          product += 1
        }
        let limit = neighbours[product].linear.rows
        multiply(
          neighbours[product], rows: block * rows..<min((block + 1) * rows, limit), arranged: arranged)
      }
    }
  }

  /// Products of one input with as many rows each, and what a task makes of the same rows of all of them.
  func multiplyTogether(
    _ products: [Product], from input: UnsafePointer<Float>, then finish: (_ rows: Range<Int>) -> Void
  ) {
    guard let first = products.first else { return }
    let isFused = products.dropFirst().allSatisfy { sharesPanels(first.linear.matrix, $0.linear.matrix) }
    if !isFused { multiply(products, from: input) }
    let arranged = isFused ? arrange(input, for: first.linear.matrix) : nil
    let features = first.linear.rows
    let rowsPerTask = rowsPerTask(of: features)
    thread.forEachTask((features + rowsPerTask - 1) / rowsPerTask) { task in
      let rows = task * rowsPerTask..<min((task + 1) * rowsPerTask, features)
      if let arranged {
        for product in products { multiply(product, rows: rows, arranged: arranged) }
      }
      finish(rows)
    }
  }

  /// Whether one arranged input serves both.
  func sharesPanels(_ matrix: WeightMatrix, _ other: WeightMatrix) -> Bool {
    func isArranged(_ matrix: WeightMatrix) -> Bool { kernels.panelProduct(matrix.matrix, precision).prepare != nil }
    return isArranged(matrix) == isArranged(other) && (!isArranged(matrix) || matrix.sharesPanels(with: other))
  }

  /// The input in the form that the product with the matrix takes.
  private func arrange(_ input: UnsafePointer<Float>, for matrix: WeightMatrix) -> UnsafePointer<Float> {
    guard let prepare = kernels.panelProduct(matrix.matrix, precision).prepare else { return input }
    let size = matrix.columns * width
    thread.forEachTask(panels.count) { task in
      let offset = (panels.lowerBound + task) * size
      withUnsafePointer(to: matrix.matrix) { prepare($0, input + offset, prepared.base + offset) }
    }
    return UnsafePointer(prepared.base)
  }

  private func multiply(
    _ product: Product, rows: Range<Int>, arranged: UnsafePointer<Float>
  ) {
    let matrix = product.linear.matrix.matrix
    let first = panels.lowerBound * width
    let output = product.output + first * product.linear.rows
    multiply(
      matrix, rows: rows, arranged: arranged + first * product.linear.columns, tokens: tokens - first, into: output,
      stride: product.linear.rows, accumulates: product.accumulates)
    if let bias = product.linear.bias {
      rk_add_bias(
        output, bias, Int64(panels.count), matrix.rows, Int64(width), Int64(rows.lowerBound), Int64(rows.upperBound))
    }
  }

  func multiply(
    _ matrix: rk_matrix, rows: Range<Int>, arranged: UnsafePointer<Float>, tokens: Int,
    into output: UnsafeMutablePointer<Float>, stride: Int, accumulates: Bool
  ) {
    withUnsafePointer(to: matrix) { weights in
      kernels.panelProduct(matrix, precision).multiply(
        weights, arranged, output, Int64(stride), Int64(tokens), Int64(rows.lowerBound), Int64(rows.upperBound),
        accumulates, tile.base)
    }
  }
}
