/// The machine that measured, without anything that names its owner.
public struct Host: Sendable, Equatable {
  /// SHA-256 over what the machine is made of: the same machine under another system has the same.
  public var fingerprint: String
  public var operatingSystem: String
  public var architecture: String
  public var chip: String
  public var physicalCores: Int
  public var memoryBytes: Int64

  public init(
    fingerprint: String, operatingSystem: String, architecture: String, chip: String, physicalCores: Int,
    memoryBytes: Int64
  ) {
    self.fingerprint = fingerprint
    self.operatingSystem = operatingSystem
    self.architecture = architecture
    self.chip = chip
    self.physicalCores = physicalCores
    self.memoryBytes = memoryBytes
  }

  /// Whether both describe one machine, whose system may have been updated between them: a kernel keeps some megabytes of
  /// the memory to itself.
  public func isSameMachine(as other: Host) -> Bool {
    fingerprint == other.fingerprint && architecture == other.architecture && chip == other.chip
      && physicalCores == other.physicalCores && abs(memoryBytes - other.memoryBytes) < 1 << 30
  }
}

/// Whether the machine did anything else meanwhile.
public enum EnvironmentClass: String, Sendable, CaseIterable {
  case isolated
  case underLoad = "under-load"
}
