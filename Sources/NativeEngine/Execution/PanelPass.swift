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
  static let rowsPerTask = PanelProducts.rowsPerTask

  /// The products of this pass's panels.
  private var products: PanelProducts {
    PanelProducts(
      kernels: kernels, thread: thread, precision: session.panelPrecision, prepared: scratch.prepared, tile: own.tile,
      tokens: tokens, panels: panels)
  }

  private func placed(_ product: Product) -> PanelProducts.Product {
    (product.linear, base(product.output), product.accumulates)
  }

  func multiply(_ products: [Product], from input: Register) {
    self.products.multiply(products.map(placed), from: base(input))
  }

  func multiplyGated(_ network: GatedFeedForward) {
    let up: Register = network.up == nil ? .gate : .up
    let parts = [placed((network.gate, .gate, false))] + (network.up.map { [placed(($0, up, false))] } ?? [])
    products.multiplyTogether(parts, from: base(.normed)) { rows in
      for panel in panels {
        let offset = (panel * network.gate.rows + rows.lowerBound) * width
        kernels.functions.gate(
          network.activation, base(.gate) + offset, base(up) + offset, Int64(rows.count * width))
      }
    }
  }

  /// Logits of the tokens of one panel, whose normalized states stand in the first.
  func project(into logits: UnsafeMutablePointer<Float>) {
    products.multiply([(session.decoder.head, logits, false)], from: base(.normed))
  }

  /// Whether one arranged input serves both.
  func sharesPanels(_ matrix: WeightMatrix, _ other: WeightMatrix) -> Bool { products.sharesPanels(matrix, other) }

  func multiply(
    _ matrix: rk_matrix, rows: Range<Int>, arranged: UnsafePointer<Float>, tokens: Int,
    into output: UnsafeMutablePointer<Float>, stride: Int, accumulates: Bool
  ) {
    products.multiply(
      matrix, rows: rows, arranged: arranged, tokens: tokens, into: output, stride: stride, accumulates: accumulates)
  }
}
