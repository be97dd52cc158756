import CKernels

// Many tokens through all layers, in panels (see CKernels.h). Each stage is a list of tasks that idle threads take.
extension Session {
  func panelCount(_ tokens: Int) -> Int { (tokens + kernels.panel - 1) / kernels.panel }

  /// What the tokens of a chunk attend to.
  enum AttentionContext {
    /// The sequence whose keys and values a cache holds, and which they continue from a position on.
    case sequence(KeyValueCache, position: Int)
    /// Each the tokens of its own piece.
    case pieces([ChunkPiece], PieceScratch)
  }

  /// The tokens of a chunk whose activations after the last layer are needed.
  enum Wanted {
    case all
    case last
    case none
  }

  /// Runs one chunk through the layers and leaves the wanted activations in `panels.hidden`.
  func runChunk(_ chunk: ArraySlice<Int32>, in sequence: CachedSequence, wanted: Wanted) {
    let position = sequence.end
    embed(chunk)
    fillAngles(position: position, count: chunk.count)
    run(
      model.layers.indices, over: .sequence(sequence.cache, position: position), tokens: chunk.count, wanted: wanted,
      observe: nil)
  }

  /// Runs some layers over the activations in `panels.hidden`, whose angles are filled.
  func run(
    _ layers: Range<Int>, over context: AttentionContext, tokens: Int, wanted: Wanted = .all,
    observe: ActivationObserver?
  ) {
    let count = panelCount(tokens)
    let firstWanted =
      switch wanted {
      case .all: 0
      case .last: count - 1
      case .none: count
      }
    team.run { thread in
      for index in layers {
        // The last layer's outputs feed no other layer: of tokens that are not wanted, keys and values are enough.
        run(
          thread, layer: index, over: context, tokens: tokens,
          firstPanel: index == model.layers.count - 1 ? firstWanted : 0, observe: observe)
      }
    }
  }

  /// Logits of the last of the `count` tokens most recently run, into `vector.logits`.
  func projectLast(_ count: Int) {
    let last = (count - 1) % panels.tokenCapacity
    let panel = kernels.panel
    let column = panels.hidden.base + last / panel * config.hiddenSize * panel + last % panel
    for feature in 0..<config.hiddenSize { vector.hidden.base[feature] = column[feature * panel] }
    team.run { thread in project(thread, batch: 1) }
  }

  /// Logits of every token of one panel of the chunk most recently run, as [vocabulary][panel].
  func projectPanel(_ panel: Int, tokens: Int, into logits: FloatBuffer) {
    project(panels.hidden.base + panel * config.hiddenSize * kernels.panel, tokens: tokens, into: logits)
  }

  /// Logits of every token of a panel of activations after the last layer, as [vocabulary][panel].
  func project(_ hidden: UnsafePointer<Float>, tokens: Int, into logits: FloatBuffer) {
    kernels.functions.normalize_panel(
      hidden, model.finalNorm, Float(config.rmsNormEpsilon), Int64(config.hiddenSize), panels.normed.base)
    team.run { thread in
      multiply(
        thread, input: panels.normed.base, tokens: tokens, panels: 0..<1, [(model.head, logits.base, false)])
    }
  }

  func embed(_ chunk: ArraySlice<Int32>) {
    let hidden = config.hiddenSize
    let width = kernels.panel
    let row = vector.hidden.base
    let matrix = model.embedding.matrix
    panels.hidden.base.update(repeating: 0, count: panelCount(chunk.count) * hidden * width)
    for (index, token) in chunk.enumerated() {
      withUnsafePointer(to: matrix) { kernels.functions.dequantize_row($0, Int64(token), row) }
      let column = panels.hidden.base + index / width * hidden * width + index % width
      for feature in 0..<hidden { column[feature * width] = row[feature] }
    }
  }

  func fillAngles(position: Int, count: Int) {
    let width = kernels.panel
    let half = model.rotary.half
    for panel in 0..<panelCount(count) {
      model.rotary.fill(
        cosine: panels.cosine.base + panel * half * width, sine: panels.sine.base + panel * half * width,
        position: position + panel * width, count: min(width, count - panel * width), stride: width)
    }
  }

  private func run(
    _ thread: TeamThread, layer index: Int, over context: AttentionContext, tokens: Int, firstPanel: Int,
    observe: ActivationObserver?
  ) {
    // One thread observes; the others cannot pass the product's barrier, so what it sees does not change.
    let observe = thread.index == 0 ? observe : nil
    let layer = model.layers[index]
    let count = panelCount(tokens)
    thread.forEachTask(count) { normalize(layer.inputNorm, panel: $0) }
    observe?(.attentionInput, panels.normed.base)
    multiply(
      thread, input: panels.normed.base, tokens: tokens, panels: 0..<count,
      [
        (layer.query, panels.query.base, false), (layer.key, panels.key.base, false),
        (layer.value, panels.value.base, false),
      ])
    let heads = config.keyValueHeadCount
    thread.forEachTask(count * heads) {
      let (panel, head) = ($0 / heads, $0 % heads)
      rotate(panel: panel, head: head)
      guard case .sequence(let cache, let position) = context else { return }
      let first = panel * kernels.panel
      append(
        first..<min(first + kernels.panel, tokens), to: cache.head(head, layer: index), head: head,
        position: position + first)
    }
    guard firstPanel < count else { return }
    switch context {
    case .sequence(let cache, let position):
      let first = firstPanel * kernels.panel
      let vectors = (tokens - first + kernels.vectorWidth - 1) / kernels.vectorWidth
      // Later tokens see more positions: the long tasks first, so that no thread ends up alone with one.
      thread.forEachTask(vectors * heads) {
        attend(
          first: first + (vectors - 1 - $0 / heads) * kernels.vectorWidth, in: cache.head($0 % heads, layer: index),
          head: $0 % heads, position: position, tokens: tokens, thread: thread)
      }
    case .pieces(let pieces, let scratch):
      thread.forEachTask(pieces.count * heads) {
        attend(pieces[$0 / heads], head: $0 % heads, layer: index, scratch: scratch, thread: thread)
      }
    }
    observe?(.attentionOutput, panels.query.base)
    let wanted = firstPanel..<count
    multiply(
      thread, input: panels.query.base, tokens: tokens, panels: wanted, [(layer.output, panels.hidden.base, true)])
    thread.forEachTask(wanted.count) { normalize(layer.feedForwardNorm, panel: firstPanel + $0) }
    observe?(.feedForwardInput, panels.normed.base)
    feedForward(thread, layer, tokens: tokens, panels: wanted)
    observe?(.feedForwardGate, panels.gate.base)
    multiply(thread, input: panels.gate.base, tokens: tokens, panels: wanted, [(layer.down, panels.hidden.base, true)])
  }

  func normalize(_ weight: [Float], panel: Int) {
    let offset = panel * config.hiddenSize * kernels.panel
    kernels.functions.normalize_panel(
      panels.hidden.base + offset, weight, Float(config.rmsNormEpsilon), Int64(config.hiddenSize),
      panels.normed.base + offset)
  }

  /// Rows per task: enough that taking one costs nothing, few enough that threads end together.
  private static let rowsPerTask = 32

  private typealias Product = (matrix: WeightMatrix, output: UnsafeMutablePointer<Float>, accumulate: Bool)

  /// Products of some panels of one input, as if the rows of neighbours of one format stood below each other.
  private func multiply(
    _ thread: TeamThread, input: UnsafePointer<Float>, tokens: Int, panels: Range<Int>, _ products: [Product]
  ) {
    var left = products[...]
    while let first = left.first {
      let neighbours = Array(left.prefix { sharesPanels(first.matrix, $0.matrix) })
      left = left.dropFirst(neighbours.count)
      let arranged = arrange(thread, input, panels: panels, for: first.matrix)
      let rows = Self.rowsPerTask
      let tasks = neighbours.map { ($0.matrix.rows + rows - 1) / rows }
      thread.forEachTask(tasks.reduce(0, +)) { task in
        var block = task
        var product = 0
        while block >= tasks[product] {
          block -= tasks[product]
          product += 1
        }
        let matrix = neighbours[product].matrix
        multiply(
          neighbours[product], rows: block * rows..<min((block + 1) * rows, matrix.rows), arranged: arranged,
          tokens: tokens, panels: panels, thread: thread)
      }
    }
  }

  /// Whether one arranged input serves both.
  private func sharesPanels(_ matrix: WeightMatrix, _ other: WeightMatrix) -> Bool {
    func isArranged(_ matrix: WeightMatrix) -> Bool {
      kernels.panelProduct(matrix.matrix, panelPrecision).prepare != nil
    }
    return isArranged(matrix) == isArranged(other) && (!isArranged(matrix) || matrix.sharesPanels(with: other))
  }

  /// The input in the form that the product with the matrix takes.
  private func arrange(
    _ thread: TeamThread, _ input: UnsafePointer<Float>, panels wanted: Range<Int>, for matrix: WeightMatrix
  ) -> UnsafePointer<Float> {
    guard let prepare = kernels.panelProduct(matrix.matrix, panelPrecision).prepare else { return input }
    let size = matrix.columns * kernels.panel
    thread.forEachTask(wanted.count) { task in
      let offset = (wanted.lowerBound + task) * size
      withUnsafePointer(to: matrix.matrix) { prepare($0, input + offset, panels.prepared.base + offset) }
    }
    return UnsafePointer(panels.prepared.base)
  }

  private func multiply(
    _ product: Product, rows: Range<Int>, arranged: UnsafePointer<Float>, tokens: Int, panels wanted: Range<Int>,
    thread: TeamThread
  ) {
    let matrix = product.matrix.matrix
    let first = wanted.lowerBound * kernels.panel
    withUnsafePointer(to: matrix) { weights in
      kernels.panelProduct(matrix, panelPrecision).multiply(
        weights, arranged + first * product.matrix.columns, product.output + first * product.matrix.rows, matrix.rows,
        Int64(tokens - first), Int64(rows.lowerBound), Int64(rows.upperBound), product.accumulate,
        panels.perThread[thread.index].tile.base)
    }
  }

  private func rotate(panel: Int, head: Int) {
    let dimension = config.headDimension
    let group = config.attentionHeadCount / config.keyValueHeadCount
    let width = kernels.panel
    let angles = panel * model.rotary.half * width
    let cosine = panels.cosine.base + angles
    let sine = panels.sine.base + angles
    let keyOffset = (panel * config.keyValueHeadCount + head) * dimension * width
    let query = panels.query.base + (panel * config.attentionHeadCount + head * group) * dimension * width
    kernels.functions.rotate_panel(query, cosine, sine, Int64(group), Int64(dimension))
    kernels.functions.rotate_panel(panels.key.base + keyOffset, cosine, sine, 1, Int64(dimension))
  }

  /// Stores the keys and values of tokens of one panel, the first of which has the position.
  func append(_ tokens: Range<Int>, to cache: rk_head_cache, head: Int, position: Int) {
    let width = kernels.panel
    let (panel, column) = (tokens.lowerBound / width, tokens.lowerBound % width)
    let offset = (panel * config.keyValueHeadCount + head) * config.headDimension * width + column
    var headCache = cache
    kernels.functions.append_panel(
      &headCache, Int64(position), Int64(tokens.count), panels.key.base + offset, panels.value.base + offset)
  }

  /// Attention of the vector of tokens that starts at `first`; the result replaces the queries.
  private func attend(
    first: Int, in cache: rk_head_cache, head: Int, position: Int, tokens: Int, thread: TeamThread
  ) {
    let dimension = config.headDimension
    let group = config.attentionHeadCount / config.keyValueHeadCount
    let width = kernels.panel
    let query =
      panels.query.base + (first / width * config.attentionHeadCount + head * group) * dimension * width + first % width
    var headCache = cache
    kernels.functions.attend_panel(
      &headCache, query, Int64(group), 1 / Float(dimension).squareRoot(), Int64(position + first),
      Int64(min(kernels.vectorWidth, tokens - first)), query, panels.perThread[thread.index].attention.base)
  }

  private func feedForward(_ thread: TeamThread, _ layer: Llama.Layer, tokens: Int, panels wanted: Range<Int>) {
    let products: [Product] = [(layer.gate, panels.gate.base, false), (layer.up, panels.up.base, false)]
    let input = panels.normed.base
    let isFused = sharesPanels(layer.gate, layer.up)
    if !isFused { multiply(thread, input: input, tokens: tokens, panels: wanted, products) }
    let arranged = isFused ? arrange(thread, input, panels: wanted, for: layer.gate) : nil
    let features = layer.gate.rows
    let width = kernels.panel
    let rowsPerTask = Self.rowsPerTask
    thread.forEachTask((features + rowsPerTask - 1) / rowsPerTask) { task in
      let rows = task * rowsPerTask..<min((task + 1) * rowsPerTask, features)
      if let arranged {
        for product in products {
          multiply(product, rows: rows, arranged: arranged, tokens: tokens, panels: wanted, thread: thread)
        }
      }
      for panel in wanted {
        let offset = (panel * features + rows.lowerBound) * width
        kernels.functions.gate(panels.gate.base + offset, panels.up.base + offset, Int64(rows.count * width))
      }
    }
  }
}
