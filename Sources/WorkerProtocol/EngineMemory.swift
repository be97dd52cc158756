import JSON

/// The answer to `memory`: what an engine counts itself, each nil if it does not.
public struct EngineMemory: Sendable, Equatable {
  /// Bytes of buffers in use.
  public var activeBytes: Int64?
  /// Bytes of buffers that are kept for later.
  public var cacheBytes: Int64?
  /// Buffers that there are.
  public var buffers: Int?
  /// Bytes that belong to the processes that serve the model; only of a server that the worker did not start.
  public var footprintBytes: Int64?
  /// Of these, bytes in swap.
  public var swappedBytes: Int64?

  public init(
    activeBytes: Int64? = nil, cacheBytes: Int64? = nil, buffers: Int? = nil, footprintBytes: Int64? = nil,
    swappedBytes: Int64? = nil
  ) {
    self.activeBytes = activeBytes
    self.cacheBytes = cacheBytes
    self.buffers = buffers
    self.footprintBytes = footprintBytes
    self.swappedBytes = swappedBytes
  }

  /// What is missing, null or negative is not known.
  public init(_ json: JSONObject) {
    func bytes(_ name: String) -> Int64? { json[name]?.integer.flatMap { $0 >= 0 ? Int64($0) : nil } }
    self.init(
      activeBytes: bytes("active_bytes"), cacheBytes: bytes("cache_bytes"), buffers: bytes("buffers").map { Int($0) },
      footprintBytes: bytes("footprint_bytes"), swappedBytes: bytes("swapped_bytes"))
  }

  public var json: JSONObject {
    var object = JSONObject()
    object["active_bytes"] = activeBytes.map { .integer(Int($0)) }
    object["cache_bytes"] = cacheBytes.map { .integer(Int($0)) }
    object["buffers"] = buffers.map { .integer($0) }
    object["footprint_bytes"] = footprintBytes.map { .integer(Int($0)) }
    object["swapped_bytes"] = swappedBytes.map { .integer(Int($0)) }
    return object
  }
}
