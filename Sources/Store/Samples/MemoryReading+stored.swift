import JSON
import Measurements

extension MemoryReading {
  /// The form that ``MemoryMigration`` describes; what is not known is left out.
  var stored: JSONValue {
    var object = JSONObject([("footprint_bytes", .integer(Int(footprintBytes)))])
    object["swapped_bytes"] = swappedBytes.map { .integer(Int($0)) }
    object["wired_bytes"] = wiredBytes.map { .integer(Int($0)) }
    object["host_swap_bytes"] = .integer(Int(hostSwapBytes))
    object["host_pressure"] = hostPressure.map { JSONValue(exactly: $0) }
    object["engine_active_bytes"] = engineActiveBytes.map { .integer(Int($0)) }
    object["engine_cache_bytes"] = engineCacheBytes.map { .integer(Int($0)) }
    object["engine_buffers"] = engineBuffers.map { .integer($0) }
    return .object(object)
  }

  /// Nil for a text that is none.
  init?(stored text: String) {
    guard let json = try? JSONValue(parsing: text), let footprint = json["footprint_bytes"]?.integer,
      let hostSwap = json["host_swap_bytes"]?.integer
    else { return nil }
    func bytes(_ name: String) -> Int64? { json[name]?.integer.map(Int64.init) }
    self.init(
      footprintBytes: Int64(footprint), swappedBytes: bytes("swapped_bytes"), wiredBytes: bytes("wired_bytes"),
      hostSwapBytes: Int64(hostSwap), hostPressure: json["host_pressure"]?.exactDouble,
      engineActiveBytes: bytes("engine_active_bytes"), engineCacheBytes: bytes("engine_cache_bytes"),
      engineBuffers: json["engine_buffers"]?.integer)
  }
}
