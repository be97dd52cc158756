/// The activations of one sequence between two layers.
public struct HiddenStates: Sendable {
  /// By chunk: tokens, and activations as panels [panel][feature][width].
  let chunks: [(tokens: [Int32], values: [Float])]
  /// The keys and values of layers that ran already, if later ones read them too.
  var shared: [Int: [UInt8]] = [:]

  /// Tokens of the sequence.
  public var tokenCount: Int { chunks.reduce(0) { $0 + $1.tokens.count } }
}

extension LayerwiseModel {
  /// The states before the first layer.
  ///
  /// - Throws: `EngineError` if there are no tokens, too many, or an id is outside the vocabulary.
  public func embed(_ tokens: [Int32]) throws -> HiddenStates {
    session.rewind(to: 0)
    try session.check(tokens, in: session.sequences[0])
    var chunks: [(tokens: [Int32], values: [Float])] = []
    for start in stride(from: 0, to: tokens.count, by: session.panels.tokenCapacity) {
      let chunk = tokens[start..<min(start + session.panels.tokenCapacity, tokens.count)]
      session.embed(chunk)
      chunks.append((Array(chunk), hidden(tokens: chunk.count)))
    }
    return HiddenStates(chunks: chunks)
  }

  /// Runs layers and returns the states after them.
  ///
  /// - Parameters:
  ///   - observe: Gets the inputs of each product on the way.
  ///   - observeExperts: If the last layer is a mixture, gets the inputs of the down projection of each expert, of the
  ///     tokens that picked it.
  public func run(
    _ layers: Range<Int>, on states: HiddenStates,
    observe: ((_ point: ActivationPoint, _ activations: Activations) -> Void)? = nil,
    observeExperts: ((_ expert: Int, _ activations: Activations) -> Void)? = nil
  ) -> HiddenStates {
    var position = 0
    let sequence = session.sequences[0]
    sequence.forgetStates()
    for (layer, memory) in states.shared { sequence.cache.restore(memory, layer: layer) }
    let chunks = states.chunks.map { tokens, values -> (tokens: [Int32], values: [Float]) in
      // What layers see besides the hidden state follows from the tokens.
      if session.decoder.layerInputs != nil { session.embed(tokens[...]) }
      restore(values)
      session.fillAngles(position: position, count: tokens.count)
      session.run(
        layers, over: .sequence(sequence, position: position), tokens: tokens.count,
        observe: observe.map { observe in
          { point, base in
            guard let features = self.features(at: point, of: layers) else { return }
            observe(point, Activations(base, tokens: tokens.count, features: features, width: self.width))
          }
        })
      if let observeExperts, let last = layers.last { passExpertInputs(of: last, to: observeExperts) }
      position += tokens.count
      return (tokens, hidden(tokens: tokens.count))
    }
    var shared = states.shared
    for layer in session.decoder.sharedLayers.intersection(layers) {
      shared[layer] = sequence.cache.contents(layer: layer)
    }
    return HiddenStates(chunks: chunks, shared: shared)
  }

  /// Passes the distributions after each token of a sequence to `body`, from the states after the last layer.
  public func distributions(
    from states: HiddenStates, _ body: (_ first: Int, _ distributions: TokenDistributions) -> Void
  ) {
    var first = 0
    for (tokens, values) in states.chunks {
      restore(values)
      for panel in 0..<session.panelCount(tokens.count) {
        let count = min(width, tokens.count - panel * width)
        session.projectPanel(panel, tokens: count, into: session.panels.logits)
        body(
          first + panel * width,
          TokenDistributions(
            session.panels.logits.base, count: count, vocabularySize: session.config.vocabularySize,
            kernels: session.kernels))
      }
      first += tokens.count
    }
  }

  /// Passes the normalized states, which are the inputs of the output layer, to `body`.
  public func headInputs(from states: HiddenStates, _ body: (Activations) -> Void) {
    for (tokens, values) in states.chunks {
      restore(values)
      for panel in 0..<session.panelCount(tokens.count) { session.normalize(session.decoder.finalNorm, panel: panel) }
      body(
        Activations(
          session.panels.registers[.normed], tokens: tokens.count, features: session.config.hiddenSize, width: width))
    }
  }

  private var width: Int { session.kernels.panel }

  /// Each expert's part of the chunk most recently run, whose last layer was this one.
  private func passExpertInputs(of layer: Int, to body: (_ expert: Int, _ activations: Activations) -> Void) {
    guard case .experts(let experts) = session.decoder.layers[layer].feedForward, let scratch = session.panels.experts
    else { return }
    for group in scratch.groups {
      body(
        group.expert,
        Activations(
          scratch.gates.base + group.panel * experts.width * width, tokens: group.entries.count,
          features: experts.width, width: width))
    }
  }

  /// The inputs of the products at a point; nil if the layers have none or differ.
  private func features(at point: ActivationPoint, of layers: Range<Int>) -> Int? {
    let counts = Set(
      session.decoder.layers[layers].flatMap(\.matrices).filter { $0.input == point }.map(\.linear.columns))
    return counts.count == 1 ? counts.first : nil
  }

  private func hidden(tokens: Int) -> [Float] {
    let count = session.panelCount(tokens) * session.config.hiddenSize * width
    return Array(UnsafeBufferPointer(start: session.panels.registers[.hidden], count: count))
  }

  private func restore(_ values: [Float]) {
    values.withUnsafeBufferPointer {
      if let from = $0.baseAddress { session.panels.registers[.hidden].update(from: from, count: $0.count) }
    }
  }
}

/// The inputs of a product for some tokens, valid only in the closure that gets them.
public struct Activations {
  let base: UnsafePointer<Float>
  public let tokens: Int
  public let features: Int
  let width: Int

  init(_ base: UnsafePointer<Float>, tokens: Int, features: Int, width: Int) {
    (self.base, self.tokens, self.features, self.width) = (base, tokens, features, width)
  }

  /// One feature's value for one token.
  @inline(__always)
  subscript(feature: Int, token: Int) -> Float {
    base[(token / width * features + feature) * width + token % width]
  }
}
