import CKernels
import Foundation

/// Many tokens, in panels (see CKernels.h): a prompt, or the texts of a batch side by side. Each operation is a list of tasks
/// that idle threads take.
struct PanelPass: Pass {
  /// What the tokens of a chunk attend to.
  enum Context {
    /// The sequence that remembers what came before, and which they continue from a position on.
    case sequence(CachedSequence, position: Int)
    /// Each the tokens of its own piece.
    case pieces([ChunkPiece], PieceScratch)
  }

  let session: Session
  let thread: TeamThread
  let tokens: Int
  let context: Context
  let observer: ActivationObserver?
  /// The panels that it computes.
  var panels: Range<Int>
  /// Those whose results are needed once a layer has remembered all tokens.
  var wanted: Range<Int>

  var scratch: PanelScratch { session.panels }
  var own: PanelScratch.PerThread { session.panels.perThread[thread.index] }
  var kernels: Kernels { session.kernels }
  var width: Int { session.kernels.panel }
  var hiddenSize: Int { session.config.hiddenSize }

  var narrowed: PanelPass? {
    guard !wanted.isEmpty else { return nil }
    var narrowed = self
    narrowed.panels = wanted
    return narrowed
  }

  func observe(_ point: ActivationPoint, _ register: Register) {
    // One thread observes; the others cannot pass the next product's barrier, so what it sees does not change.
    if thread.index == 0 { observer?(point, UnsafePointer(base(register))) }
  }

  func base(_ register: Register) -> UnsafeMutablePointer<Float> { scratch.registers[register] }

  func normalize(_ norm: Norm) {
    thread.forEachTask(panels.count) { session.normalize(norm, panel: panels.lowerBound + $0) }
  }

  func normalize(_ register: Register, by norm: Norm) {
    let count = norm.weight.count
    thread.forEachTask(panels.count) { task in
      let offset = (panels.lowerBound + task) * count * width
      kernels.functions.normalize_panel(
        base(register) + offset, norm.weight, norm.epsilon, Int64(count), base(.normed) + offset)
    }
  }

  func normalize(_ source: Register, _ norm: Norm, into target: Register, accumulates: Bool) {
    let size = hiddenSize * width
    thread.forEachTask(panels.count) { task in
      let offset = (panels.lowerBound + task) * size
      let (normed, result) = (base(source) + offset, base(target) + offset)
      kernels.functions.normalize_panel(normed, norm.weight, norm.epsilon, Int64(hiddenSize), normed)
      if accumulates {
        for index in 0..<size { result[index] += normed[index] }
      } else {
        result.update(from: normed, count: size)
      }
    }
  }

  func scaleHidden(by factor: Float) {
    let size = hiddenSize * width
    thread.forEachTask(panels.count) { task in
      let hidden = base(.hidden) + (panels.lowerBound + task) * size
      for index in 0..<size { hidden[index] *= factor }
    }
  }

  func addInputs(_ norm: Norm, parts: Int) {
    let size = norm.weight.count * width
    thread.forEachTask(panels.count * parts) { task in
      let offset = (panels.lowerBound * parts + task) * size
      let (projected, inputs) = (base(.mixed) + offset, base(.inputs) + offset)
      kernels.functions.normalize_panel(
        projected, norm.weight, norm.epsilon, Int64(norm.weight.count), projected)
      for index in 0..<size { inputs[index] += projected[index] }
    }
  }

  func gateInputs(_ activation: rk_activation, part: Int, of count: Int, features: Int) {
    let size = features * width
    thread.forEachTask(panels.count) { task in
      let panel = panels.lowerBound + task
      kernels.functions.gate(
        activation, base(.gate) + panel * size, base(.inputs) + (panel * count + part) * size, Int64(size))
    }
  }

  func scaleBySigmoid(_ register: Register, features: Int, by factor: Register) {
    thread.forEachTask(panels.count) { task in
      let panel = panels.lowerBound + task
      let factors = base(factor) + panel * width
      let values = base(register) + panel * features * width
      for token in 0..<width { factors[token] = factors[token].sigmoid }
      rk_scale_panel(values, factors, Int64(features), Int64(width))
    }
  }

  // Products.

  /// Rows per task: enough that taking one costs nothing, few enough that threads end together.
  static let rowsPerTask = 32

  /// Products of some panels of one input, as if the rows of neighbours of one format stood below each other.
  func multiply(_ products: [Product], from input: Register) {
    var left = products[...]
    while let first = left.first {
      let neighbours = Array(left.prefix { sharesPanels(first.linear.matrix, $0.linear.matrix) })
      left = left.dropFirst(neighbours.count)
      let arranged = arrange(base(input), for: first.linear.matrix)
      let rows = Self.rowsPerTask
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

  func multiplyGated(_ network: GatedFeedForward) {
    let up: Register = network.up == nil ? .gate : .up
    let products: [Product] = [(network.gate, .gate, false)] + (network.up.map { [($0, up, false)] } ?? [])
    let isFused = network.up.map { sharesPanels(network.gate.matrix, $0.matrix) } ?? true
    if !isFused { multiply(products, from: .normed) }
    let arranged = isFused ? arrange(base(.normed), for: network.gate.matrix) : nil
    let features = network.gate.rows
    let rowsPerTask = Self.rowsPerTask
    thread.forEachTask((features + rowsPerTask - 1) / rowsPerTask) { task in
      let rows = task * rowsPerTask..<min((task + 1) * rowsPerTask, features)
      if let arranged {
        for product in products { multiply(product, rows: rows, arranged: arranged) }
      }
      for panel in panels {
        let offset = (panel * features + rows.lowerBound) * width
        kernels.functions.gate(
          network.activation, base(.gate) + offset, base(up) + offset, Int64(rows.count * width))
      }
    }
  }

  /// Logits of the tokens of one panel, whose normalized states stand in the first.
  func project(into logits: UnsafeMutablePointer<Float>) {
    let head = session.decoder.head
    let arranged = arrange(base(.normed), for: head.matrix)
    let rows = Self.rowsPerTask
    thread.forEachTask((head.rows + rows - 1) / rows) { task in
      multiply(
        head.matrix.matrix, rows: task * rows..<min((task + 1) * rows, head.rows), arranged: arranged, tokens: tokens,
        into: logits, stride: head.rows, accumulates: false)
    }
  }

  /// Whether one arranged input serves both.
  func sharesPanels(_ matrix: WeightMatrix, _ other: WeightMatrix) -> Bool {
    func isArranged(_ matrix: WeightMatrix) -> Bool {
      kernels.panelProduct(matrix.matrix, session.panelPrecision).prepare != nil
    }
    return isArranged(matrix) == isArranged(other) && (!isArranged(matrix) || matrix.sharesPanels(with: other))
  }

  /// The input in the form that the product with the matrix takes.
  private func arrange(_ input: UnsafePointer<Float>, for matrix: WeightMatrix) -> UnsafePointer<Float> {
    guard let prepare = kernels.panelProduct(matrix.matrix, session.panelPrecision).prepare else { return input }
    let size = matrix.columns * width
    thread.forEachTask(panels.count) { task in
      let offset = (panels.lowerBound + task) * size
      withUnsafePointer(to: matrix.matrix) { prepare($0, input + offset, scratch.prepared.base + offset) }
    }
    return UnsafePointer(scratch.prepared.base)
  }

  private func multiply(_ product: Product, rows: Range<Int>, arranged: UnsafePointer<Float>) {
    let matrix = product.linear.matrix.matrix
    let first = panels.lowerBound * width
    let output = base(product.output) + first * product.linear.rows
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
      kernels.panelProduct(matrix, session.panelPrecision).multiply(
        weights, arranged, output, Int64(stride), Int64(tokens), Int64(rows.lowerBound), Int64(rows.upperBound),
        accumulates, own.tile.base)
    }
  }
}
