import CKernels

/// Where the keys and values of a sequence stand, layer by layer.
///
/// Of a layer with a window only the newest positions are kept: the window, and some slack for the tokens of a chunk and for
/// going back.
struct CacheLayout {
  /// The heads of a layer.
  struct Shape {
    let headCount: Int
    let headDimension: Int
    /// Whether keys stand beside the values, rather than be the same.
    var holdsKeys = true
    /// Positions that a token sees; nil for all.
    var window: Int?

    /// Of one position.
    var numberCount: Int { (holdsKeys ? 2 : 1) * headCount * headDimension }
  }

  /// A layer with keys and values of its own.
  struct Layer {
    let shape: Shape
    /// The index of its first number.
    let first: Int
    /// Positions: those of the whole context, or what a window and the slack need.
    let capacity: Int
  }

  let precision: CachePrecision
  /// Positions that fit, a multiple of the attention kernels' span.
  let capacity: Int
  /// Nil for a layer without keys and values of its own.
  private let layers: [Layer?]
  let byteCount: Int
  /// Bytes of one position in all layers, whether or not a window still holds it.
  let bytesPerToken: Int

  /// - Parameters:
  ///   - positions: At least this many positions fit.
  ///   - slack: Positions that are kept beyond a window.
  init(_ decoder: Decoder, positions: Int, slack: Int, precision: CachePrecision) {
    self.precision = precision
    let span = Int(RK_SPAN)
    let capacity = (positions + span - 1) / span * span
    var numbers = 0
    layers = Self.shapes(decoder).map { shape in
      guard let shape else { return nil }
      let own = min(capacity, shape.window.map { Self.whole($0 + slack) } ?? capacity)
      defer { numbers += own * shape.numberCount }
      return Layer(shape: shape, first: numbers, capacity: own)
    }
    self.capacity = capacity
    byteCount = numbers * precision.byteWidth
    bytesPerToken = layers.compactMap(\.self).reduce(0) { $0 + $1.shape.numberCount } * precision.byteWidth
  }

  private static func shapes(_ decoder: Decoder) -> [Shape?] {
    zip(decoder.attentions, decoder.latentAttentions).map { attention, latent in
      if let latent { return Shape(headCount: 1, headDimension: latent.dimension, holdsKeys: false) }
      guard let attention, case .own = attention.memory else { return nil }
      return Shape(headCount: attention.keyValueHeads, headDimension: attention.dimension, window: attention.window)
    }
  }

  /// - Precondition: The layer has keys and values of its own.
  func own(_ layer: Int) -> Layer {
    guard let own = layers[layer] else { preconditionFailure("layer \(layer) has no keys of its own") }
    return own
  }

  /// Whether all that the token at a position sees is still there.
  ///
  /// - Parameter reach: Positions below this were stored since the cache was empty.
  func holds(before position: Int, reach: Int) -> Bool {
    layers.allSatisfy { layer in
      guard let layer, let window = layer.shape.window else { return true }
      return max(0, position + 1 - window) >= reach - layer.capacity
    }
  }

  /// What copies of all that some tokens see take (see `HeadCache`), the most of any layer that does not keep every
  /// position: bytes per head, and heads. 0 if there is no such layer.
  func copySize(tokens: Int) -> (bytesPerHead: Int, heads: Int) {
    var size = (bytesPerHead: 0, heads: 0)
    for case let layer? in layers where layer.capacity < capacity {
      // The first position that the first token sees may stand inside a span.
      let bytes = HeadCache.byteCount(
        of: (layer.shape.window ?? 0) + tokens + Int(RK_SPAN), dimension: layer.shape.headDimension,
        precision: precision)
      size = (max(size.bytesPerHead, bytes), max(size.heads, layer.shape.headCount))
    }
    return size
  }

  /// As many positions in whole spans, of whichever pass.
  private static func whole(_ positions: Int) -> Int {
    (positions + VectorScratch.span - 1) / VectorScratch.span * VectorScratch.span
  }
}
