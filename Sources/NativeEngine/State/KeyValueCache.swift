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
final class KeyValueCache {
  /// The heads of a layer.
  struct Shape {
    let headCount: Int
    let headDimension: Int
    /// Whether keys stand beside the values, rather than be the same.
    var holdsKeys = true

    /// Of one position.
    var numberCount: Int { (holdsKeys ? 2 : 1) * headCount * headDimension }
  }

  let precision: CachePrecision
  /// Positions that fit, a multiple of the attention kernels' span.
  let capacity: Int
  /// By layer, nil of those without keys and values of their own; `first` is the index of the first number.
  private let layers: [(shape: Shape, first: Int)?]
  private let storage: UnsafeMutableRawPointer
  let byteCount: Int
  /// Bytes of one position in all layers.
  let bytesPerToken: Int

  /// - Parameters:
  ///   - shapes: By layer, nil of those without keys and values of their own.
  ///   - positions: At least this many positions fit.
  init(_ shapes: [Shape?], positions: Int, precision: CachePrecision) {
    self.precision = precision
    let span = Int(RK_SPAN)
    let capacity = (positions + span - 1) / span * span
    var numbers = 0
    layers = shapes.map { shape in
      guard let shape else { return nil }
      defer { numbers += capacity * shape.numberCount }
      return (shape, numbers)
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
  func head(_ head: Int, layer: Int) -> rk_head_cache {
    guard let (shape, first) = layers[layer] else { preconditionFailure("layer \(layer) has no keys of its own") }
    let bytes = capacity * shape.headDimension * precision.byteWidth
    let base = storage + first * precision.byteWidth + (shape.holdsKeys ? 2 : 1) * head * bytes
    return rk_head_cache(
      storage: precision.storage, head_dimension: Int64(shape.headDimension), keys: shape.holdsKeys ? base : nil,
      values: shape.holdsKeys ? base + bytes : base)
  }

  /// The keys and values of a layer, of all positions.
  ///
  /// - Precondition: The layer has keys and values of its own.
  func contents(layer: Int) -> [UInt8] { Array(memory(of: layer)) }

  /// Puts `contents` of the layer back.
  func restore(_ contents: [UInt8], layer: Int) { memory(of: layer).copyBytes(from: contents) }

  private func memory(of layer: Int) -> UnsafeMutableRawBufferPointer {
    guard let (shape, first) = layers[layer] else { preconditionFailure("layer \(layer) has no keys of its own") }
    let numbers = 2 * shape.headCount * capacity * shape.headDimension
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
