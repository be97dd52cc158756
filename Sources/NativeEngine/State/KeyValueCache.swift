import CKernels
import Foundation

/// How cached keys and values are stored.
public enum CachePrecision: String, Sendable, CaseIterable {
  case float32
  case float16

  var storage: rk_storage {
    switch self {
    case .float32: RK_FLOAT32
    case .float16: RK_FLOAT16
    }
  }

  /// Bytes of one number.
  public var byteWidth: Int { self == .float32 ? 4 : 2 }
}

/// The keys and values of every layer and head, allocated once for a context of fixed length.
///
/// Of a layer with a window only the newest positions are kept: the window, and some slack for the tokens of a chunk and for
/// going back.
final class KeyValueCache {
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

  let precision: CachePrecision
  /// Positions that fit, a multiple of the attention kernels' span.
  let capacity: Int
  /// By layer, nil of those without keys and values of their own; `first` is the index of the first number, `capacity`
  /// that of the cache or what a window and the slack need.
  private let layers: [(shape: Shape, first: Int, capacity: Int)?]
  private let storage: UnsafeMutableRawPointer
  let byteCount: Int
  /// Bytes of one position in all layers, whether or not a window still holds it.
  let bytesPerToken: Int

  /// - Parameters:
  ///   - shapes: By layer, nil of those without keys and values of their own.
  ///   - positions: At least this many positions fit.
  ///   - slack: Positions that are kept beyond a window.
  init(_ shapes: [Shape?], positions: Int, slack: Int, precision: CachePrecision) {
    self.precision = precision
    let span = Int(RK_SPAN)
    let capacity = (positions + span - 1) / span * span
    var numbers = 0
    layers = shapes.map { shape in
      guard let shape else { return nil }
      let own = min(capacity, shape.window.map { Self.whole($0 + slack) } ?? capacity)
      defer { numbers += own * shape.numberCount }
      return (shape, numbers, own)
    }
    self.capacity = capacity
    byteCount = numbers * precision.byteWidth
    bytesPerToken =
      shapes.compactMap { $0 }.reduce(0) { $0 + $1.numberCount } * precision.byteWidth
    // Zero pages are not touched before they are used, so an unused context costs no memory.
    storage = Self.zeroPages(byteCount)
  }

  deinit { free(storage) }

  /// - Precondition: The layer has keys and values of its own.
  func head(_ head: Int, layer: Int) -> HeadCache {
    let (shape, first, capacity) = own(layer)
    let bytes = capacity * shape.headDimension * precision.byteWidth
    let base = storage + first * precision.byteWidth + (shape.holdsKeys ? 2 : 1) * head * bytes
    return HeadCache(
      memory: rk_head_cache(
        storage: precision.storage, head_dimension: Int64(shape.headDimension), keys: shape.holdsKeys ? base : nil,
        values: shape.holdsKeys ? base + bytes : base),
      capacity: capacity)
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
    for case let (index, (shape, _, capacity)?) in layers.enumerated() where capacity < self.capacity {
      // The first position that the first token sees may stand inside a span.
      let bytes = head(0, layer: index).byteCount(of: (shape.window ?? 0) + tokens + Int(RK_SPAN))
      size = (max(size.bytesPerHead, bytes), max(size.heads, shape.headCount))
    }
    return size
  }

  private func own(_ layer: Int) -> (shape: Shape, first: Int, capacity: Int) {
    guard let own = layers[layer] else { preconditionFailure("layer \(layer) has no keys of its own") }
    return own
  }

  /// As many positions in whole spans, of whichever pass.
  private static func whole(_ positions: Int) -> Int {
    (positions + VectorScratch.span - 1) / VectorScratch.span * VectorScratch.span
  }

  /// The keys and values of a layer, of all positions.
  ///
  /// - Precondition: The layer has keys and values of its own.
  func contents(layer: Int) -> [UInt8] { Array(memory(of: layer)) }

  /// Puts `contents` of the layer back.
  func restore(_ contents: [UInt8], layer: Int) { memory(of: layer).copyBytes(from: contents) }

  private func memory(of layer: Int) -> UnsafeMutableRawBufferPointer {
    let (shape, first, capacity) = own(layer)
    let numbers = capacity * shape.numberCount
    return UnsafeMutableRawBufferPointer(
      start: storage + first * precision.byteWidth, count: numbers * precision.byteWidth)
  }

  private static func zeroPages(_ count: Int) -> UnsafeMutableRawPointer {
    guard let memory = calloc(max(count, 1), 1) else {
      preconditionFailure("out of memory for a key-value cache of \(count) bytes")
    }
    return memory
  }
}
