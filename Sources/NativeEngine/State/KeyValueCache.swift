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
  let layout: CacheLayout
  private let storage: UnsafeMutableRawPointer

  init(_ layout: CacheLayout) {
    self.layout = layout
    // Zero pages are not touched before they are used, so an unused context costs no memory.
    storage = Self.zeroPages(layout.byteCount)
  }

  deinit { free(storage) }

  /// - Precondition: The layer has keys and values of its own.
  func head(_ head: Int, layer: Int) -> HeadCache {
    let own = layout.own(layer)
    let (shape, width) = (own.shape, layout.precision.byteWidth)
    let bytes = own.capacity * shape.headDimension * width
    let base = storage + own.first * width + (shape.holdsKeys ? 2 : 1) * head * bytes
    return HeadCache(
      memory: rk_head_cache(
        storage: layout.precision.storage, head_dimension: Int64(shape.headDimension),
        keys: shape.holdsKeys ? base : nil,
        values: shape.holdsKeys ? base + bytes : base),
      capacity: own.capacity)
  }

  /// The keys and values of a layer, of all positions.
  ///
  /// - Precondition: The layer has keys and values of its own.
  func contents(layer: Int) -> [UInt8] { Array(memory(of: layer)) }

  /// Writes zeros everywhere, so that every page is there.
  func touch() { storage.initializeMemory(as: UInt8.self, repeating: 0, count: layout.byteCount) }

  /// Puts `contents` of the layer back.
  func restore(_ contents: [UInt8], layer: Int) { memory(of: layer).copyBytes(from: contents) }

  private func memory(of layer: Int) -> UnsafeMutableRawBufferPointer {
    let (own, width) = (layout.own(layer), layout.precision.byteWidth)
    return UnsafeMutableRawBufferPointer(
      start: storage + own.first * width, count: own.capacity * own.shape.numberCount * width)
  }

  private static func zeroPages(_ count: Int) -> UnsafeMutableRawPointer {
    guard let memory = calloc(max(count, 1), 1) else {
      preconditionFailure("out of memory for a key-value cache of \(count) bytes")
    }
    return memory
  }
}
