import CKernels

/// The tokens of some texts on their way through an encoder, side by side in panels (see CKernels.h).
///
/// Each thread of a team runs the whole program. After an operation every thread sees its results.
struct EncoderPass {
  let session: EncoderSession
  let thread: TeamThread
  let texts: [EncodedText]
  let tokens: Int

  var kernels: Kernels { session.kernels }
  var width: Int { session.kernels.panel }
  var panelCount: Int { (tokens + width - 1) / width }
  var scratch: EncoderScratch { session.scratch }
  var own: EncoderScratch.PerThread { session.scratch.perThread[thread.index] }

  func base(_ register: Register) -> UnsafeMutablePointer<Float> { scratch.registers[register] }

  /// From the embeddings in `hidden` to the states after the last layer, in the same place.
  func run(_ encoder: Encoder) {
    if let norm = encoder.embeddingNorm { normalize(.hidden, norm, into: .hidden) }
    for layer in encoder.layers { run(layer, isCausal: encoder.isCausal) }
    if let norm = encoder.finalNorm { normalize(.hidden, norm, into: .hidden) }
  }

  private func run(_ layer: EncoderLayer, isCausal: Bool) {
    let products = PanelProducts(
      kernels: kernels, thread: thread, precision: session.precision, prepared: scratch.prepared, tile: own.tile,
      tokens: tokens, panels: 0..<panelCount)
    let (attention, network) = (layer.attention, layer.feedForward)
    let attentionInput = normalized(by: layer.attentionNorms.before)
    products.multiply(
      [(attention.query, base(.query), false)]
        + zip(attention.keyValueProjections, [.key, .value]).map { ($0, base($1), false) }, from: base(attentionInput))
    attend(attention, isCausal: isCausal)
    add(layer.attentionNorms) { products.multiply([(attention.output, $0, $1)], from: base(.query)) }

    let networkInput = normalized(by: layer.feedForwardNorms.before)
    let parts = [(network.gate, base(.gate), false)] + (network.up.map { [($0, base(.up), false)] } ?? [])
    products.multiplyTogether(parts, from: base(networkInput)) { activate(network, rows: $0) }
    add(layer.feedForwardNorms) { products.multiply([(network.down, $0, $1)], from: base(.gate)) }
  }

  /// The register that a block reads: the hidden state, or its norm.
  private func normalized(by norm: TokenNorm?) -> Register {
    guard let norm else { return .hidden }
    normalize(.hidden, norm, into: .normed)
    return .normed
  }

  /// Adds a block's result to the hidden state, with the norms that follow.
  private func add(
    _ norms: EncoderLayer.Norms, _ compute: (_ result: UnsafeMutablePointer<Float>, _ accumulates: Bool) -> Void
  ) {
    if let norm = norms.ofResult {
      compute(base(.sum), false)
      let size = session.encoder.config.hiddenSize * width
      thread.forEachTask(panelCount) { panel in
        normalize(.sum, norm, into: .sum, panel: panel)
        let (hidden, result) = (base(.hidden) + panel * size, base(.sum) + panel * size)
        for index in 0..<size { hidden[index] += result[index] }
      }
    } else {
      compute(base(.hidden), true)
    }
    if let norm = norms.after { normalize(.hidden, norm, into: .hidden) }
  }

  private func normalize(_ source: Register, _ norm: TokenNorm, into target: Register) {
    thread.forEachTask(panelCount) { normalize(source, norm, into: target, panel: $0) }
  }

  private func normalize(_ source: Register, _ norm: TokenNorm, into target: Register, panel: Int) {
    let features = session.encoder.config.hiddenSize
    let (from, to) = (base(source) + panel * features * width, base(target) + panel * features * width)
    switch norm {
    case .centered(let norm):
      kernels.functions.center_panel(from, norm.weight, norm.bias, norm.epsilon, Int64(features), to)
    case .rootMeanSquare(let norm):
      kernels.functions.normalize_panel(from, norm.weight, norm.epsilon, Int64(features), to)
    }
  }

  private func activate(_ network: EncoderFeedForward, rows: Range<Int>) {
    for panel in 0..<panelCount {
      let offset = (panel * network.width + rows.lowerBound) * width
      let count = Int64(rows.count * width)
      if network.up == nil {
        kernels.functions.activate(network.activation, base(.gate) + offset, count)
      } else {
        kernels.functions.gate(network.activation, base(.gate) + offset, base(.up) + offset, count)
      }
    }
  }

}

/// A text's place among the tokens that go through an encoder together.
struct EncodedText {
  /// In the request.
  let index: Int
  /// Of its first token.
  let column: Int
  let count: Int
}
