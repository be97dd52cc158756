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
  /// The panels whose results are needed once a layer has remembered all tokens.
  var wanted: Range<Int>

  private var scratch: PanelScratch { session.panels }
  private var own: PanelScratch.PerThread { session.panels.perThread[thread.index] }
  private var kernels: Kernels { session.kernels }
  private var width: Int { session.kernels.panel }
  private var hiddenSize: Int { session.config.hiddenSize }
  private var panels: Range<Int> { 0..<session.panelCount(tokens) }

  var isWanted: Bool { !wanted.isEmpty }

  func observe(_ point: ActivationPoint, _ register: Register) {
    // One thread observes; the others cannot pass the next product's barrier, so what it sees does not change.
    if thread.index == 0 { observer?(point, UnsafePointer(base(register))) }
  }

  private func base(_ register: Register) -> UnsafeMutablePointer<Float> { scratch.registers[register] }

  func normalize(_ norm: Norm) {
    thread.forEachTask(panels.count) { session.normalize(norm, panel: $0) }
  }

  func addNormalized(_ norm: Norm) {
    let size = hiddenSize * width
    thread.forEachTask(wanted.count) { task in
      let offset = (wanted.lowerBound + task) * size
      let sum = base(.sum) + offset
      kernels.functions.normalize_panel(sum, norm.weight, norm.epsilon, Int64(hiddenSize), sum)
      let hidden = base(.hidden) + offset
      for index in 0..<size { hidden[index] += sum[index] }
    }
  }

  func scaleBySigmoid(_ register: Register, features: Int, by factor: Register) {
    thread.forEachTask(wanted.count) { task in
      let panel = wanted.lowerBound + task
      let factors = base(factor) + panel * width
      let values = base(register) + panel * features * width
      for token in 0..<width { factors[token] = 1 / (1 + exp(-factors[token])) }
      rk_scale_panel(values, factors, Int64(features), Int64(width))
    }
  }

  // Products.

  /// Rows per task: enough that taking one costs nothing, few enough that threads end together.
  static let rowsPerTask = 32

  /// Products of some panels of one input, as if the rows of neighbours of one format stood below each other.
  func multiply(_ products: [Product], from input: Register) {
    // Before a layer has remembered all tokens, products are of all of them.
    let panels = input == .normed ? self.panels : wanted
    var left = products[...]
    while let first = left.first {
      let neighbours = Array(left.prefix { sharesPanels(first.linear.matrix, $0.linear.matrix) })
      left = left.dropFirst(neighbours.count)
      let arranged = arrange(base(input), panels: panels, for: first.linear.matrix)
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
          neighbours[product], rows: block * rows..<min((block + 1) * rows, limit), arranged: arranged, panels: panels)
      }
    }
  }

  func multiplyGated(_ network: GatedFeedForward) {
    let products: [Product] = [(network.gate, .gate, false), (network.up, .up, false)]
    let isFused = sharesPanels(network.gate.matrix, network.up.matrix)
    if !isFused { multiply(products, from: .normed) }
    let arranged = isFused ? arrange(base(.normed), panels: wanted, for: network.gate.matrix) : nil
    let features = network.gate.rows
    let rowsPerTask = Self.rowsPerTask
    thread.forEachTask((features + rowsPerTask - 1) / rowsPerTask) { task in
      let rows = task * rowsPerTask..<min((task + 1) * rowsPerTask, features)
      if let arranged {
        for product in products { multiply(product, rows: rows, arranged: arranged, panels: wanted) }
      }
      for panel in wanted {
        let offset = (panel * features + rows.lowerBound) * width
        kernels.functions.gate(
          network.activation, base(.gate) + offset, base(.up) + offset, Int64(rows.count * width))
      }
    }
  }

  /// Logits of the tokens of one panel, whose normalized states stand in the first.
  func project(into logits: UnsafeMutablePointer<Float>) {
    let head = session.decoder.head
    let arranged = arrange(base(.normed), panels: 0..<1, for: head.matrix)
    let rows = Self.rowsPerTask
    thread.forEachTask((head.rows + rows - 1) / rows) { task in
      multiply(
        head.matrix.matrix, rows: task * rows..<min((task + 1) * rows, head.rows), arranged: arranged, tokens: tokens,
        into: logits, stride: head.rows, accumulates: false)
    }
  }

  /// Whether one arranged input serves both.
  private func sharesPanels(_ matrix: WeightMatrix, _ other: WeightMatrix) -> Bool {
    func isArranged(_ matrix: WeightMatrix) -> Bool {
      kernels.panelProduct(matrix.matrix, session.panelPrecision).prepare != nil
    }
    return isArranged(matrix) == isArranged(other) && (!isArranged(matrix) || matrix.sharesPanels(with: other))
  }

  /// The input in the form that the product with the matrix takes.
  private func arrange(
    _ input: UnsafePointer<Float>, panels: Range<Int>, for matrix: WeightMatrix
  ) -> UnsafePointer<Float> {
    guard let prepare = kernels.panelProduct(matrix.matrix, session.panelPrecision).prepare else { return input }
    let size = matrix.columns * width
    thread.forEachTask(panels.count) { task in
      let offset = (panels.lowerBound + task) * size
      withUnsafePointer(to: matrix.matrix) { prepare($0, input + offset, scratch.prepared.base + offset) }
    }
    return UnsafePointer(scratch.prepared.base)
  }

  private func multiply(_ product: Product, rows: Range<Int>, arranged: UnsafePointer<Float>, panels: Range<Int>) {
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

  fileprivate func multiply(
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

// Attention.
extension PanelPass {
  func attend(_ attention: Attention, layer: Int) -> Register {
    let heads = attention.keyValueHeads
    if case .together(let query, let key) = attention.norms {
      thread.forEachTask(panels.count) { panel in
        for (norm, register) in [(query, Register.query), (key, .key)] {
          let count = norm.weight.count
          let values = base(register) + panel * count * width
          kernels.functions.normalize_panel(values, norm.weight, norm.epsilon, Int64(count), values)
        }
      }
    }
    thread.forEachTask(panels.count * heads) { task in
      let (panel, head) = (task / heads, task % heads)
      turn(attention, panel: panel, head: head)
      guard case .sequence(let sequence, let position) = context else { return }
      let first = panel * width
      append(
        first..<min(first + width, tokens), to: sequence.cache.head(head, layer: layer), attention, head: head,
        position: position + first)
    }
    guard isWanted else { return .query }
    switch context {
    case .sequence(let sequence, let position):
      let first = wanted.lowerBound * width
      let vectors = (tokens - first + kernels.vectorWidth - 1) / kernels.vectorWidth
      // Later tokens see more positions: the long tasks first, so that no thread ends up alone with one.
      thread.forEachTask(vectors * heads) {
        attend(
          attention, first: first + (vectors - 1 - $0 / heads) * kernels.vectorWidth,
          in: sequence.cache.head($0 % heads, layer: layer), head: $0 % heads, position: position)
      }
    case .pieces(let pieces, let scratch):
      thread.forEachTask(pieces.count * heads) {
        attend(attention, pieces[$0 / heads], head: $0 % heads, layer: layer, scratch: scratch)
      }
    }
    if attention.isGated { gate(attention) }
    return .query
  }

  /// Normalizes and rotates the queries and keys of a panel that share a key-value head.
  private func turn(_ attention: Attention, panel: Int, head: Int) {
    let (dimension, group) = (attention.dimension, attention.group)
    let size = dimension * width
    let key = base(.key) + (panel * attention.keyValueHeads + head) * size
    let queries = base(.query) + (panel * attention.heads + head * group) * size
    if attention.isGated {
      let mixed = base(.mixed) + (panel * attention.heads + head * group) * 2 * size
      for index in 0..<group { (queries + index * size).update(from: mixed + index * 2 * size, count: size) }
    }
    if case .perHead(let queryNorm, let keyNorm) = attention.norms {
      for index in 0..<group {
        let query = queries + index * size
        kernels.functions.normalize_panel(query, queryNorm.weight, queryNorm.epsilon, Int64(dimension), query)
      }
      kernels.functions.normalize_panel(key, keyNorm.weight, keyNorm.epsilon, Int64(dimension), key)
    }
    if let index = attention.rotary {
      let angles = scratch.angles[index]
      let offset = panel * angles.half * width
      let (cosine, sine) = (angles.cosine.base + offset, angles.sine.base + offset)
      let rotary = Int64(2 * angles.half)
      kernels.functions.rotate_panel(queries, cosine, sine, Int64(group), Int64(dimension), rotary)
      kernels.functions.rotate_panel(key, cosine, sine, 1, Int64(dimension), rotary)
    }
    if let growth = attention.queryGrowth {
      let factors = (0..<width).map { growth.factor(at: scratch.positions.base[panel * width + $0]) }
      rk_scale_panel(queries, factors, Int64(group * dimension), Int64(width))
    }
  }

  /// Stores the keys and values of tokens of one panel, the first of which has the position.
  private func append(
    _ tokens: Range<Int>, to cache: rk_head_cache, _ attention: Attention, head: Int, position: Int
  ) {
    let (panel, column) = (tokens.lowerBound / width, tokens.lowerBound % width)
    let offset = (panel * attention.keyValueHeads + head) * attention.dimension * width + column
    var headCache = cache
    kernels.functions.append_panel(
      &headCache, Int64(position), Int64(tokens.count), base(.key) + offset, base(.value) + offset)
  }

  private func attend(
    _ attention: Attention, in cache: rk_head_cache, head: Int, query: UnsafeMutablePointer<Float>, position: Int,
    tokens: Int
  ) {
    var headCache = cache
    func attend(_ sinks: UnsafePointer<Float>?) {
      kernels.functions.attend_panel(
        &headCache, query, Int64(attention.group), attention.scale, Int64(position), Int64(tokens),
        Int64(attention.window ?? 0), sinks, query, own.attention.base)
    }
    guard let sinks = attention.sinks else { return attend(nil) }
    sinks.withUnsafeBufferPointer { attend($0.baseAddress.map { $0 + head * attention.group }) }
  }

  /// Attention of the vector of tokens that starts at `first`; the result replaces the queries.
  private func attend(_ attention: Attention, first: Int, in cache: rk_head_cache, head: Int, position: Int) {
    let features = (first / width * attention.heads + head * attention.group) * attention.dimension
    attend(
      attention, in: cache, head: head, query: base(.query) + features * width + first % width,
      position: position + first, tokens: min(kernels.vectorWidth, tokens - first))
  }

  /// Attention of a piece's tokens, one run after the other; the results replace the queries.
  private func attend(_ attention: Attention, _ piece: ChunkPiece, head: Int, layer: Int, scratch: PieceScratch) {
    let own = scratch.perThread[thread.index]
    let cache = piece.sequence?.cache.head(head, layer: layer) ?? scratch.cache(of: attention, thread: thread.index)
    for run in piece.runs {
      // A continuation takes the place of the one before it in the cache.
      for part in run.parts(width: width) {
        append(
          part.column..<part.column + part.count, to: cache, attention, head: head, position: part.position)
      }
      for first in stride(from: 0, to: run.count, by: kernels.vectorWidth) {
        let vector = ChunkRun(
          column: run.column + first, position: run.position + first,
          count: min(kernels.vectorWidth, run.count - first))
        attend(attention, vector, in: cache, head: head, queries: own.queries.base)
      }
    }
  }

  /// Attention of a vector of tokens that may stand anywhere: queries are copied to where a vector begins, and back.
  private func attend(
    _ attention: Attention, _ vector: ChunkRun, in cache: rk_head_cache, head: Int,
    queries: UnsafeMutablePointer<Float>
  ) {
    let features = attention.group * attention.dimension
    func column(_ token: Int) -> UnsafeMutablePointer<Float> {
      scratch.registers.place(
        .query, features: attention.width, feature: head * features, token: vector.column + token)
    }
    for token in 0..<vector.count {
      let from = column(token)
      for feature in 0..<features { queries[feature * width + token] = from[feature * width] }
    }
    attend(
      attention, in: cache, head: head, query: queries, position: vector.position, tokens: vector.count)
    for token in 0..<vector.count {
      let to = column(token)
      for feature in 0..<features { to[feature * width] = queries[feature * width + token] }
    }
  }

  /// Multiplies each head's result with the sigmoid of its gate.
  private func gate(_ attention: Attention) {
    let size = attention.dimension * width
    thread.forEachTask(wanted.count * attention.heads) { task in
      let head = wanted.lowerBound * attention.heads + task
      rk_gate_by_sigmoid(base(.query) + head * size, base(.mixed) + (2 * head + 1) * size, Int64(size))
    }
  }
}

// Delta nets: a key head with its value heads is a task, which takes the tokens one after the other.
extension PanelPass {
  func remember(_ net: DeltaNet, layer: Int) {
    switch context {
    case .sequence(let sequence, _):
      thread.forEachTask(net.keyHeads) { head in
        guard let state = sequence.recurrent?.head(head, layer: layer) else { return }
        advance(net, head, state: state, tokens: 0..<tokens)
      }
    case .pieces(let pieces, let scratch):
      thread.forEachTask(pieces.count * net.keyHeads) { task in
        let (piece, head) = (pieces[task / net.keyHeads], task % net.keyHeads)
        let own = scratch.perThread[thread.index]
        let states = (own.start.base, own.state.base)
        if let before = piece.sequence?.recurrent?.head(head, layer: layer) {
          states.0.update(from: before, count: net.floatsPerHead)
        } else {
          states.0.update(repeating: 0, count: net.floatsPerHead)
        }
        for (index, run) in piece.runs.enumerated() {
          // A continuation starts from the prompt.
          if index > 0 { states.1.update(from: states.0, count: net.floatsPerHead) }
          advance(
            net, head, state: index == 0 ? states.0 : states.1, tokens: run.column..<run.column + run.count)
        }
      }
    }
  }

  private func advance(_ net: DeltaNet, _ head: Int, state: UnsafeMutablePointer<Float>, tokens: Range<Int>) {
    net.advance(
      head, state: state, registers: scratch.registers, tokens: tokens, scratch: own.delta.base,
      functions: kernels.functions)
  }
}

// Experts: the tokens that picked an expert stand together in panels of their own.
extension PanelPass {
  func mix(_ experts: Experts, into sum: Register) {
    guard let scratch = scratch.experts else { return }
    let routing = experts.routing
    let first = wanted.lowerBound * width
    thread.forEachTask(tokens - first) { task in
      let token = first + task
      let scores = self.scratch.registers.place(
        .router, features: routing.expertCount, feature: 0, token: token)
      routing.choose(scores, stride: width, into: scratch.choices.base + token * routing.picked)
    }
    if thread.index == 0 {
      scratch.group(first..<tokens, picked: routing.picked, experts: routing.expertCount, width: width)
    }
    thread.barrier()
    let groups = scratch.groups
    // An expert by itself may be too large a task for the last thread.
    let splits = max(1, 4 * thread.count / max(groups.count, 1))
    let rows = (experts.width + 8 * splits - 1) / (8 * splits) * 8
    thread.forEachTask(groups.count * splits) { task in
      let begin = task % splits * rows
      guard begin < experts.width else { return }
      gate(experts, groups[task / splits], rows: begin..<min(begin + rows, experts.width), scratch)
    }
    let inputs = arrangeGates(experts, groups, scratch)
    let rowsPerTask = Self.rowsPerTask
    thread.forEachTask((hiddenSize + rowsPerTask - 1) / rowsPerTask) { task in
      let rows = task * rowsPerTask..<min((task + 1) * rowsPerTask, hiddenSize)
      if sum != .hidden {
        for panel in wanted {
          (base(sum) + (panel * hiddenSize + rows.lowerBound) * width).update(
            repeating: 0, count: rows.count * width)
        }
      }
      for group in groups { add(experts, group, rows: rows, inputs: inputs, into: base(sum), scratch) }
    }
  }

  /// Copies the normalized inputs of an expert's tokens into panels of this thread.
  private func gather(_ group: ExpertScratch.Group, _ scratch: ExpertScratch) -> UnsafeMutablePointer<Float> {
    let inputs = scratch.perThread[thread.index].inputs.base
    for (index, entry) in group.entries.enumerated() {
      let token = Int(scratch.assignments[entry].token)
      let from = self.scratch.registers.place(.normed, features: hiddenSize, feature: 0, token: token)
      let to = inputs + index / width * hiddenSize * width + index % width
      for feature in 0..<hiddenSize { to[feature * width] = from[feature * width] }
    }
    return inputs
  }

  /// Some rows of an expert's gate: activation(gate x) · (up x), times the expert's weight for each token.
  private func gate(_ experts: Experts, _ group: ExpertScratch.Group, rows: Range<Int>, _ scratch: ExpertScratch) {
    let own = scratch.perThread[thread.index]
    let inputs = gather(group, scratch)
    let count = group.entries.count
    let panels = session.panelCount(count)
    let gates = scratch.gates.base + group.panel * experts.width * width
    let ups = own.ups.base
    let parts = [(experts.gate, gates, experts.width, 0), (experts.up, ups, rows.count, rows.lowerBound)]
    var arranged: WeightMatrix?
    for (linear, output, stride, offset) in parts {
      let matrix = linear.matrix.part(group.expert, of: experts.routing.expertCount)
      var input = UnsafePointer(inputs)
      if let prepare = kernels.panelProduct(matrix, session.panelPrecision).prepare {
        if arranged.map({ !sharesPanels($0, linear.matrix) }) ?? true {
          withUnsafePointer(to: matrix) { weights in
            for panel in 0..<panels {
              let place = panel * hiddenSize * width
              prepare(weights, inputs + place, own.prepared.base + place)
            }
          }
        }
        arranged = linear.matrix
        input = UnsafePointer(own.prepared.base)
      }
      let shifted = output - offset * width
      multiply(
        matrix, rows: rows, arranged: input, tokens: count, into: shifted, stride: stride, accumulates: false)
      if let bias = linear.bias {
        bias.withUnsafeBufferPointer { bias in
          guard let bias = bias.baseAddress else { return }
          rk_add_bias(
            shifted, bias + group.expert * experts.width, Int64(panels), Int64(stride), Int64(width),
            Int64(rows.lowerBound), Int64(rows.upperBound))
        }
      }
    }
    for panel in 0..<panels {
      let gate = gates + (panel * experts.width + rows.lowerBound) * width
      kernels.functions.gate(
        experts.activation, gate, ups + panel * rows.count * width, Int64(rows.count * width))
      var weights = [Float](repeating: 0, count: width)
      for (index, entry) in group.entries.dropFirst(panel * width).prefix(width).enumerated() {
        weights[index] = scratch.assignments[entry].weight
      }
      rk_scale_panel(gate, weights, Int64(rows.count), Int64(width))
    }
  }

  /// The gates of all experts in the form that the products with `down` take.
  private func arrangeGates(
    _ experts: Experts, _ groups: [ExpertScratch.Group], _ scratch: ExpertScratch
  ) -> UnsafePointer<Float> {
    let gates = scratch.gates.base
    guard let prepare = kernels.panelProduct(experts.down.matrix.matrix, session.panelPrecision).prepare else {
      return UnsafePointer(gates)
    }
    let matrix = experts.down.matrix.part(0, of: experts.routing.expertCount)
    let size = experts.width * width
    thread.forEachTask(groups.count) { task in
      let group = groups[task]
      withUnsafePointer(to: matrix) { weights in
        for panel in group.panel..<group.panel + session.panelCount(group.entries.count) {
          prepare(weights, gates + panel * size, scratch.arrangedGates.base + panel * size)
        }
      }
    }
    return UnsafePointer(scratch.arrangedGates.base)
  }

  /// Adds some rows of an expert's result to those of its tokens.
  private func add(
    _ experts: Experts, _ group: ExpertScratch.Group, rows: Range<Int>, inputs: UnsafePointer<Float>,
    into sum: UnsafeMutablePointer<Float>, _ scratch: ExpertScratch
  ) {
    let results = scratch.perThread[thread.index].results.base
    multiply(
      experts.down.matrix.part(group.expert, of: experts.routing.expertCount), rows: rows,
      arranged: inputs + group.panel * experts.width * width, tokens: group.entries.count,
      into: results - rows.lowerBound * width, stride: rows.count, accumulates: false)
    for (index, entry) in group.entries.enumerated() {
      let assignment = scratch.assignments[entry]
      let from = results + index / width * rows.count * width + index % width
      let to =
        sum + (Int(assignment.token) / width * hiddenSize + rows.lowerBound) * width + Int(assignment.token) % width
      for row in 0..<rows.count { to[row * width] += from[row * width] }
      if let bias = experts.down.bias {
        let first = group.expert * hiddenSize + rows.lowerBound
        for row in 0..<rows.count { to[row * width] += assignment.weight * bias[first + row] }
      }
    }
  }
}
