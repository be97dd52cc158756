import CKernels
import Foundation

/// The way of tokens through the layers, a vector or a chunk at a time.
extension Session {
  func panelCount(_ tokens: Int) -> Int { (tokens + kernels.panel - 1) / kernels.panel }

  /// The tokens of a chunk whose activations after the last layer are needed.
  enum Wanted {
    case all
    case last
    case none
  }

  /// Processes one token of each of the first sequences, at its end, and leaves the logits in `vector.logits`.
  func run(_ batch: some RandomAccessCollection<Int32>) {
    for (index, token) in batch.enumerated() {
      embed(token, into: vector.registers[.hidden] + index * config.hiddenSize)
      embedInputs(token, into: vector.registers[.inputs] + index * (decoder.layerInputs?.features ?? 0))
      for (rotary, angles) in zip(decoder.rotaries, vector.angles) {
        rotary.fill(
          cosine: angles.cosine.base + index * angles.half, sine: angles.sine.base + index * angles.half,
          position: sequences[index].end, count: 1, stride: 1)
      }
    }
    let count = batch.count
    team.run { thread in
      let pass = VectorPass(session: self, thread: thread, batch: count)
      decoder.layerInputs?.run(pass)
      for index in decoder.layers.indices { decoder.layers[index].run(pass, index: index) }
      pass.project(into: vector.logits.base)
    }
    cap(vector.logits.base, count: count * config.vocabularySize)
  }

  /// Runs one chunk through the layers and leaves the wanted activations in the panels' `hidden`.
  func runChunk(_ chunk: ArraySlice<Int32>, in sequence: CachedSequence, wanted: Wanted) {
    let position = sequence.end
    embed(chunk)
    fillAngles(position: position, count: chunk.count)
    run(
      decoder.layers.indices, over: .sequence(sequence, position: position), tokens: chunk.count, wanted: wanted,
      observe: nil)
  }

  /// Runs some layers over the activations in the panels' `hidden`, whose angles are filled.
  func run(
    _ layers: Range<Int>, over context: PanelPass.Context, tokens: Int, wanted: Wanted = .all,
    observe: ActivationObserver?
  ) {
    let count = panelCount(tokens)
    let rememberingCount = decoder.rememberingCount
    let firstWanted =
      switch wanted {
      case .all: 0
      case .last: count - 1
      case .none: count
      }
    team.run { thread in
      var pass = PanelPass(
        session: self, thread: thread, tokens: tokens, context: context, observer: observe, panels: 0..<count,
        wanted: 0..<count)
      for index in layers {
        // Of tokens that are not wanted, what the layers remember is enough.
        if index >= rememberingCount { pass.panels = firstWanted..<count }
        if index >= rememberingCount - 1 { pass.wanted = firstWanted..<count }
        if pass.panels.isEmpty { break }
        decoder.layers[index].run(pass, index: index)
      }
    }
  }

  /// Logits of the last of the `count` tokens most recently run, into `vector.logits`.
  func projectLast(_ count: Int) {
    let last = (count - 1) % panels.tokenCapacity
    let column = panels.registers.place(.hidden, features: config.hiddenSize, feature: 0, token: last)
    let hidden = vector.registers[.hidden]
    for feature in 0..<config.hiddenSize { hidden[feature] = column[feature * kernels.panel] }
    team.run { thread in
      VectorPass(session: self, thread: thread, batch: 1).project(into: vector.logits.base)
    }
    cap(vector.logits.base, count: config.vocabularySize)
  }

  /// Logits of every token of one panel of the chunk most recently run, as [vocabulary][panel].
  func projectPanel(_ panel: Int, tokens: Int, into logits: FloatBuffer) {
    project(panels.registers[.hidden] + panel * config.hiddenSize * kernels.panel, tokens: tokens, into: logits)
  }

  /// Logits of every token of a panel of activations after the last layer, as [vocabulary][panel].
  func project(_ hidden: UnsafePointer<Float>, tokens: Int, into logits: FloatBuffer) {
    let norm = decoder.finalNorm
    kernels.functions.normalize_panel(
      hidden, norm.weight, norm.epsilon, Int64(config.hiddenSize), panels.registers[.normed])
    team.run { thread in
      PanelPass(
        session: self, thread: thread, tokens: tokens, context: .sequence(sequences[0], position: 0), observer: nil,
        panels: 0..<1, wanted: 0..<1
      ).project(into: logits.base)
    }
    cap(logits.base, count: config.vocabularySize * kernels.panel)
  }

  /// Fills the panels' `hidden`, and `inputs` if layers have any.
  func embed(_ chunk: ArraySlice<Int32>) {
    fill(.hidden, features: config.hiddenSize, chunk) { embed($0, into: $1) }
    guard let inputs = decoder.layerInputs else { return }
    fill(.inputs, features: inputs.features, chunk) { embedInputs($0, into: $1) }
    let count = panelCount(chunk.count)
    team.run { thread in
      inputs.run(
        PanelPass(
          session: self, thread: thread, tokens: chunk.count, context: .sequence(sequences[0], position: 0),
          observer: nil, panels: 0..<count, wanted: 0..<count))
    }
  }

  /// Fills a register of the panels token by token.
  private func fill(
    _ register: Register, features: Int, _ chunk: ArraySlice<Int32>,
    _ embed: (_ token: Int32, _ row: UnsafeMutablePointer<Float>) -> Void
  ) {
    let width = kernels.panel
    let row = vector.registers[register]
    panels.registers[register].update(repeating: 0, count: panelCount(chunk.count) * features * width)
    for (index, token) in chunk.enumerated() {
      embed(token, row)
      let column = panels.registers.place(register, features: features, feature: 0, token: index)
      for feature in 0..<features { column[feature * width] = row[feature] }
    }
  }

  private func embed(_ token: Int32, into row: UnsafeMutablePointer<Float>) {
    embed(token, by: decoder.embedding, scale: decoder.embeddingScale, into: row)
  }

  private func embedInputs(_ token: Int32, into row: UnsafeMutablePointer<Float>) {
    guard let inputs = decoder.layerInputs else { return }
    embed(token, by: inputs.embedding, scale: inputs.embeddingScale, into: row)
  }

  private func embed(
    _ token: Int32, by embedding: Linear, scale: Float, into row: UnsafeMutablePointer<Float>
  ) {
    withUnsafePointer(to: embedding.matrix.matrix) { kernels.functions.dequantize_row($0, Int64(token), row) }
    guard scale != 1 else { return }
    for feature in 0..<embedding.columns { row[feature] *= scale }
  }

  func fillAngles(position: Int, count: Int) {
    for panel in 0..<panelCount(count) {
      let column = panel * kernels.panel
      fillAngles(column: column, position: position + column, count: min(kernels.panel, count - column))
    }
  }

  /// Fills the angles of neighbours in a panel.
  func fillAngles(column: Int, position: Int, count: Int) {
    let width = kernels.panel
    for (rotary, angles) in zip(decoder.rotaries, panels.angles) {
      let offset = column / width * angles.half * width + column % width
      rotary.fill(
        cosine: angles.cosine.base + offset, sine: angles.sine.base + offset, position: position, count: count,
        stride: width)
    }
    for token in 0..<count { panels.positions.base[column + token] = position + token }
  }

  func normalize(_ norm: Norm, panel: Int) {
    let offset = panel * config.hiddenSize * kernels.panel
    kernels.functions.normalize_panel(
      panels.registers[.hidden] + offset, norm.weight, norm.epsilon, Int64(config.hiddenSize),
      panels.registers[.normed] + offset)
  }

  private func cap(_ logits: UnsafeMutablePointer<Float>, count: Int) {
    guard let bound = decoder.logitCap else { return }
    for index in 0..<count { logits[index] = bound * tanh(logits[index] / bound) }
  }
}
