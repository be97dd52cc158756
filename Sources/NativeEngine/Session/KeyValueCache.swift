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

/// A sequence of tokens and the keys and values that the model computed of them.
final class CachedSequence {
  let cache: KeyValueCache
  /// The tokens that the cache holds.
  var tokens: [Int32] = []
  /// Whether some of them were rounded more coarsely than a text that is scored may be.
  var isCoarse = false

  init(_ cache: KeyValueCache) { self.cache = cache }

  /// The position of the next token.
  var end: Int { tokens.count }

  /// Forgets all tokens from `count` on.
  func rewind(to count: Int) {
    tokens.removeSubrange(min(count, tokens.count)...)
    if tokens.isEmpty { isCoarse = false }
  }
}

/// The keys and values of every layer and head, allocated once for a context of fixed length.
final class KeyValueCache {
  let precision: CachePrecision
  /// Positions that fit, a multiple of the attention kernels' span.
  let capacity: Int
  private let layerCount: Int
  private let headCount: Int
  private let headDimension: Int
  private let storage: UnsafeMutableRawPointer
  let byteCount: Int

  /// - Parameter positions: At least this many positions fit.
  init(layerCount: Int, headCount: Int, headDimension: Int, positions: Int, precision: CachePrecision) {
    self.layerCount = layerCount
    self.headCount = headCount
    self.headDimension = headDimension
    self.precision = precision
    let span = Int(RK_SPAN)
    capacity = (positions + span - 1) / span * span
    byteCount = 2 * layerCount * headCount * capacity * headDimension * precision.byteWidth
    // Zero pages are not touched before they are used, so an unused context costs no memory.
    storage = Self.zeroPages(byteCount)
  }

  deinit { free(storage) }

  /// Bytes of one position in all layers.
  var bytesPerToken: Int { 2 * layerCount * headCount * headDimension * precision.byteWidth }

  func head(_ head: Int, layer: Int) -> rk_head_cache {
    let bytes = capacity * headDimension * precision.byteWidth
    let keys = storage + 2 * (layer * headCount + head) * bytes
    return rk_head_cache(
      storage: precision.storage, head_dimension: Int64(headDimension), keys: keys, values: keys + bytes)
  }

  private static func zeroPages(_ count: Int) -> UnsafeMutableRawPointer {
    guard let memory = calloc(max(count, 1), 1) else {
      preconditionFailure("out of memory for a key-value cache of \(count) bytes")
    }
    return memory
  }
}
