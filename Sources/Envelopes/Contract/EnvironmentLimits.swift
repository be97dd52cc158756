/// Limits on the machine within which a block counts, in the class `isolated`; nil sets no limit.
public struct EnvironmentLimits: Sendable, Equatable {
  /// The most runnable threads in the minute before the block, the models' own included.
  public var loadAverage: Double?
  /// The largest share of processor time that a hypervisor may take during the block.
  public var stealShare: Double?
  /// The fewest bytes that must be available to programs.
  public var freeMemoryBytes: Int?
  /// The most bytes of swap in use.
  public var swapBytes: Int?
  /// The highest temperature in degrees Celsius.
  public var temperature: Double?
  /// Whether the machine must be on mains.
  public var needsMains: Bool
  /// How much slower a fixed loop may run before the block than the fastest one earlier in the session, as a share.
  public var slowdown: Double?

  public init(
    loadAverage: Double? = nil, stealShare: Double? = nil, freeMemoryBytes: Int? = nil, swapBytes: Int? = nil,
    temperature: Double? = nil, needsMains: Bool = false, slowdown: Double? = nil
  ) {
    self.loadAverage = loadAverage
    self.stealShare = stealShare
    self.freeMemoryBytes = freeMemoryBytes
    self.swapBytes = swapBytes
    self.temperature = temperature
    self.needsMains = needsMains
    self.slowdown = slowdown
  }

  /// The limits of envelopes by rounds that set none: blocks in which a hypervisor took so much that slices of both models
  /// no longer meet the same machine. Load and a slower clock hit both alike, and what is in swap already stays there.
  public static let roundsDefault = EnvironmentLimits(stealShare: 0.25)

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

extension Envelope {
  /// The limits that apply in the class `isolated`: its own, or those that envelopes by rounds have by default.
  public var limits: EnvironmentLimits? { environment ?? (schema == .rounds ? .roundsDefault : nil) }
}
