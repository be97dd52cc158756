import CKernels

// Many tokens through all layers, in panels (see CKernels.h). Each stage is a list of tasks that free threads take.
extension Session {
  func panelCount(_ tokens: Int) -> Int { (tokens + kernels.panel - 1) / kernels.panel }

  /// Runs one chunk through the layers and leaves its activations in `panels.hidden`.
  func runChunk(_ chunk: ArraySlice<Int32>, in sequence: CachedSequence) {
    let position = sequence.end
    embed(chunk)
    fillAngles(position: position, count: chunk.count)
    run(model.layers.indices, cache: sequence.cache, position: position, tokens: chunk.count, observe: nil)
  }

  /// Runs some layers over the activations in `panels.hidden`, whose angles are filled.
  func run(
    _ layers: Range<Int>, cache: KeyValueCache, position: Int, tokens: Int, observe: ActivationObserver?
  ) {
    team.run { lane in
      for index in layers {
        run(lane, layer: index, cache: cache, position: position, tokens: tokens, observe: observe)
      }
    }
  }

  /// Logits of the last of the `count` tokens most recently run, into `vector.logits`.
  func projectLast(_ count: Int) {
    let last = (count - 1) % panels.tokenCapacity
    let panel = kernels.panel
    let column = panels.hidden.base + last / panel * config.hiddenSize * panel + last % panel
    for feature in 0..<config.hiddenSize { vector.hidden.base[feature] = column[feature * panel] }
    team.run { lane in project(lane, batch: 1) }
  }

  /// Logits of every token of one panel of the chunk most recently run, as [vocabulary][panel].
  func projectPanel(_ panel: Int, tokens: Int, into logits: FloatBuffer) {
    let vocabulary = config.vocabularySize
    normalize(model.finalNorm, panel: panel)
    team.run { lane in
      multiply(
        lane, input: panels.normed.base + panel * config.hiddenSize * kernels.panel, tokens: tokens,
        [(model.head, logits.base, vocabulary, false)])
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
    _ lane: Lane, layer index: Int, cache: KeyValueCache, position: Int, tokens: Int, observe: ActivationObserver?
  ) {
    // One thread looks on; the others cannot pass the product's barrier, so what it sees stays as it is.
    let observe = lane.index == 0 ? observe : nil
    let layer = model.layers[index]
    let count = panelCount(tokens)
    lane.forEachTask(count) { normalize(layer.inputNorm, panel: $0) }
    observe?(.attentionInput, panels.normed.base)
    multiply(
      lane, input: panels.normed.base, tokens: tokens,
      [
        (layer.query, panels.query.base, layer.query.rows, false), (layer.key, panels.key.base, layer.key.rows, false),
        (layer.value, panels.value.base, layer.value.rows, false),
      ])
    let heads = config.keyValueHeadCount
    lane.forEachTask(count * heads) {
      rotate(
        panel: $0 / heads, in: cache.head($0 % heads, layer: index), head: $0 % heads, position: position,
        tokens: tokens)
    }
    let vectors = (tokens + kernels.lanes - 1) / kernels.lanes
    // Later tokens see more positions: the long tasks first, so that no thread ends up alone with one.
    lane.forEachTask(vectors * heads) {
      attend(
        vector: vectors - 1 - $0 / heads, in: cache.head($0 % heads, layer: index), head: $0 % heads,
        position: position, tokens: tokens, lane: lane
      )
    }
    observe?(.attentionOutput, panels.query.base)
    multiply(
      lane, input: panels.query.base, tokens: tokens, [(layer.output, panels.hidden.base, config.hiddenSize, true)])
    lane.forEachTask(count) { normalize(layer.feedForwardNorm, panel: $0) }
    observe?(.feedForwardInput, panels.normed.base)
    feedForward(lane, layer, tokens: tokens)
    observe?(.feedForwardGate, panels.gate.base)
    multiply(lane, input: panels.gate.base, tokens: tokens, [(layer.down, panels.hidden.base, config.hiddenSize, true)])
  }

  func normalize(_ weight: [Float], panel: Int) {
    let offset = panel * config.hiddenSize * kernels.panel
    kernels.functions.normalize_panel(
      panels.hidden.base + offset, weight, Float(config.rmsNormEpsilon), Int64(config.hiddenSize),
      panels.normed.base + offset)
  }

  /// Rows a task takes: enough that taking one costs nothing, few enough that threads end together.
  private static let rowsPerTask = 32

  private typealias Product = (
    matrix: WeightMatrix, output: UnsafeMutablePointer<Float>, features: Int, accumulate: Bool
  )

  private func multiply(_ lane: Lane, input: UnsafePointer<Float>, tokens: Int, _ products: [Product]) {
    let rows = Self.rowsPerTask
    let tasks = products.map { ($0.matrix.rows + rows - 1) / rows }
    lane.forEachTask(tasks.reduce(0, +)) { task in
      var block = task
      var product = 0
      while block >= tasks[product] {
        block -= tasks[product]
        product += 1
      }
      let (matrix, output, features, accumulate) = products[product]
      multiply(
        matrix, rows: block * rows..<min((block + 1) * rows, matrix.rows), input: input, output: output,
        features: features, tokens: tokens, accumulate: accumulate, lane: lane)
    }
  }

  private func multiply(
    _ matrix: WeightMatrix, rows: Range<Int>, input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>,
    features: Int, tokens: Int, accumulate: Bool, lane: Lane
  ) {
    withUnsafePointer(to: matrix.matrix) { weights in
      kernels.functions.multiply_panels(
        weights, input, output, Int64(features), Int64(tokens), Int64(rows.lowerBound), Int64(rows.upperBound),
        accumulate, panels.own[lane.index].tile.base)
    }
  }

  private func rotate(panel: Int, in cache: rk_head_cache, head: Int, position: Int, tokens: Int) {
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
    var headCache = cache
    kernels.functions.append_panel(
      &headCache, Int64(position + panel * width), Int64(min(width, tokens - panel * width)),
      panels.key.base + keyOffset, panels.value.base + keyOffset)
  }

  /// Attention of one vector of tokens; the result replaces the queries, which no one needs any more.
  private func attend(
    vector: Int, in cache: rk_head_cache, head: Int, position: Int, tokens: Int, lane: Lane
  ) {
    let dimension = config.headDimension
    let group = config.attentionHeadCount / config.keyValueHeadCount
    let width = kernels.panel
    let first = vector * kernels.lanes
    let query =
      panels.query.base + (first / width * config.attentionHeadCount + head * group) * dimension * width + first % width
    var headCache = cache
    kernels.functions.attend_panel(
      &headCache, query, Int64(group), 1 / Float(dimension).squareRoot(), Int64(position + first),
      Int64(min(kernels.lanes, tokens - first)), query, panels.own[lane.index].attention.base)
  }

  private func feedForward(_ lane: Lane, _ layer: Llama.Layer, tokens: Int) {
    let features = layer.gate.rows
    let width = kernels.panel
    let rowsPerTask = Self.rowsPerTask
    lane.forEachTask((features + rowsPerTask - 1) / rowsPerTask) { task in
      let rows = task * rowsPerTask..<min((task + 1) * rowsPerTask, features)
      for (matrix, output) in [(layer.gate, panels.gate), (layer.up, panels.up)] {
        multiply(
          matrix, rows: rows, input: panels.normed.base, output: output.base, features: features, tokens: tokens,
          accumulate: false, lane: lane)
      }
      for panel in 0..<panelCount(tokens) {
        let offset = (panel * features + rows.lowerBound) * width
        kernels.functions.gate(panels.gate.base + offset, panels.up.base + offset, Int64(rows.count * width))
      }
    }
  }
}
