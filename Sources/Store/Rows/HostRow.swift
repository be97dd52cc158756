import GRDB
import Measurements

/// A host as a row of the table `hosts`.
struct HostRow: Codable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "hosts"

  var fingerprint: String
  var operatingSystem: String
  var architecture: String
  var chip: String
  var physicalCores: Int
  var memoryBytes: Int64

  enum CodingKeys: String, CodingKey {
    case fingerprint, architecture, chip
    case operatingSystem = "operating_system"
    case physicalCores = "physical_cores"
    case memoryBytes = "memory_bytes"
  }
}

extension HostRow {
  init(_ host: Host) {
    fingerprint = host.fingerprint
    operatingSystem = host.operatingSystem
    architecture = host.architecture
    chip = host.chip
    physicalCores = host.physicalCores
    memoryBytes = host.memoryBytes
  }

  var host: Host {
    Host(
      fingerprint: fingerprint, operatingSystem: operatingSystem, architecture: architecture, chip: chip,
      physicalCores: physicalCores, memoryBytes: memoryBytes)
  }
}
