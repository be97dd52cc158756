/// The machine that measured, without anything that names its owner.
public struct Host: Sendable, Equatable {
  /// SHA-256 over the other fields.
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
}

/// Whether the machine did anything else meanwhile.
public enum EnvironmentClass: String, Sendable, CaseIterable {
  case isolated
  case underLoad = "under-load"
}
