import CKernels

/// The tokens of some texts on their way through an encoder, side by side in panels (see CKernels.h).
///
/// Each thread of a team runs the whole program. After an operation every thread sees its results.
struct EncoderPass {
  let session: EncoderSession
  let thread: TeamThread
  let texts: [EncodedText]
  let tokens: Int

  private var kernels: Kernels { session.kernels }
  var width: Int { session.kernels.panel }
  private var panelCount: Int { (tokens + width - 1) / width }
  private var own: EncoderSession.PerThread { session.perThread[thread.index] }

  func base(_ register: Register) -> UnsafeMutablePointer<Float> { session.registers[register] }

  /// From the embeddings in `hidden` to the states after the last layer, in the same place.
  func run(_ encoder: Encoder) {
    normalize(encoder.embeddingNorm, into: .hidden)
    for layer in encoder.layers { run(layer) }
    if let norm = encoder.finalNorm { normalize(norm, into: .hidden) }
  }

  private func run(_ layer: EncoderLayer) {
    let products = PanelProducts(
      kernels: kernels, thread: thread, precision: session.precision, prepared: session.prepared, tile: own.tile,
      tokens: tokens, panels: 0..<panelCount)
    let (attention, network) = (layer.attention, layer.feedForward)
    let attentionInput = normalized(by: layer.attentionNorms.before)
    products.multiply(
      [
        (attention.query, base(.query), false), (attention.key, base(.key), false),
        (attention.value, base(.value), false),
      ], from: base(attentionInput))
    attend(attention)
    products.multiply([(attention.output, base(.hidden), true)], from: base(.query))
    if let norm = layer.attentionNorms.after { normalize(norm, into: .hidden) }

    let networkInput = normalized(by: layer.feedForwardNorms.before)
    let parts = [(network.gate, base(.gate), false)] + (network.up.map { [($0, base(.up), false)] } ?? [])
    products.multiplyTogether(parts, from: base(networkInput)) { activate(network, rows: $0) }
    products.multiply([(network.down, base(.hidden), true)], from: base(.gate))
    if let norm = layer.feedForwardNorms.after { normalize(norm, into: .hidden) }
  }

  /// The register that a block reads: the hidden state, or its norm.
  private func normalized(by norm: CenteredNorm?) -> Register {
    guard let norm else { return .hidden }
    normalize(norm, into: .normed)
    return .normed
  }

  private func normalize(_ norm: CenteredNorm, into target: Register) {
    let size = norm.weight.count * width
    thread.forEachTask(panelCount) { panel in
      kernels.functions.center_panel(
        base(.hidden) + panel * size, norm.weight, norm.bias, norm.epsilon, Int64(norm.weight.count),
        base(target) + panel * size)
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

  /// The results replace the queries.
  private func attend(_ attention: EncoderAttention) {
    turn(attention)
    thread.forEachTask(texts.count * attention.heads) { task in
      attend(attention, texts[task / attention.heads], head: task % attention.heads)
    }
  }

  /// Turns queries and keys by their positions.
  private func turn(_ attention: EncoderAttention) {
    guard let index = attention.rotary else { return }
    let angles = session.angles[index]
    thread.forEachTask(2 * panelCount) { task in
      let panel = task / 2
      let offset = panel * angles.half * width
      kernels.functions.rotate_panel(
        base(task % 2 == 0 ? .query : .key) + panel * attention.width * width, angles.cosine.base + offset,
        angles.sine.base + offset, Int64(attention.heads), Int64(attention.dimension), Int64(2 * angles.half))
    }
  }

  private func attend(_ attention: EncoderAttention, _ text: EncodedText, head: Int) {
    var memory = own.memory(dimension: attention.dimension)
    let run = ChunkRun(column: text.column, position: 0, count: text.count)
    for part in run.parts(width: width) {
      kernels.functions.append_panel(
        &memory, Int64(part.position), Int64(part.count), place(.key, attention, head: head, column: part.column),
        place(.value, attention, head: head, column: part.column))
    }
    let queries = own.queries.base
    for first in stride(from: 0, to: text.count, by: kernels.vectorWidth) {
      let count = min(kernels.vectorWidth, text.count - first)
      // A vector of tokens may stand anywhere in panels: it is copied to where one begins, and back.
      for token in 0..<count {
        let from = place(.query, attention, head: head, column: text.column + first + token)
        for feature in 0..<attention.dimension { queries[feature * width + token] = from[feature * width] }
      }
      kernels.functions.attend_panel(
        &memory, queries, 1, 1 / Float(attention.dimension).squareRoot(), Int64(first), Int64(count),
        Int64(attention.reach.map { $0 + 1 } ?? 0), Int64(text.count), nil, queries, own.attention.base)
      for token in 0..<count {
        let to = place(.query, attention, head: head, column: text.column + first + token)
        for feature in 0..<attention.dimension { to[feature * width] = queries[feature * width + token] }
      }
    }
  }

  private func place(
    _ register: Register, _ attention: EncoderAttention, head: Int, column: Int
  ) -> UnsafeMutablePointer<Float> {
    session.registers.place(register, features: attention.width, feature: head * attention.dimension, token: column)
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
