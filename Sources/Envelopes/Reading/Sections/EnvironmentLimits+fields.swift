extension EnvironmentLimits {
  init?(_ fields: FieldReader) {
    func limit<Value>(_ key: String, _ read: (String) -> Value?) -> Value? {
      fields.optional(key) == nil ? nil : read(key)
    }
    self.init(
      loadAverage: limit("max_load_average") { fields.number($0, .from(0, through: 10_000)) },
      stealShare: limit("max_steal_share") { fields.number($0, .from(0, through: 1)) },
      freeMemoryBytes: limit("min_free_memory_bytes") { fields.integer($0, 0...(1 << 50)) },
      swapBytes: limit("max_swap_bytes") { fields.integer($0, 0...(1 << 50)) },
      temperature: limit("max_temperature_celsius") { fields.number($0, .from(0, through: 200)) },
      needsMains: fields.bool("needs_mains", default: false) ?? false,
      slowdown: limit("max_slowdown") { fields.number($0, .above(0, below: 1)) })
  }
}
