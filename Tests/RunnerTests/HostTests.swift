import Measurements
import Testing

@testable import Runner

@Suite("The host's fingerprint")
struct HostTests {
  private static func hash(_ change: (inout Host) -> Void = { _ in }) -> String {
    var host = Host(
      fingerprint: "", operatingSystem: "Linux 6.1", architecture: "x86_64", chip: "Some CPU", physicalCores: 2,
      memoryBytes: 25_219_485_696)
    change(&host)
    return host.hardwareHash
  }

  @Test("An update of the system changes nothing, nor does the memory that a kernel keeps")
  func updates() {
    #expect(Self.hash { $0.operatingSystem = "Linux 6.2" } == Self.hash())
    #expect(Self.hash { $0.memoryBytes -= 30 << 20 } == Self.hash())
  }

  @Test("Another processor, number of cores or gigabyte makes another host")
  func machines() {
    let changes: [(inout Host) -> Void] = [
      { $0.architecture = "arm64" }, { $0.chip = "Another CPU" }, { $0.physicalCores = 4 },
      { $0.memoryBytes += 1 << 30 },
    ]
    for change in changes { #expect(Self.hash(change) != Self.hash()) }
  }

  @Test("This machine has the fingerprint of its hardware")
  func current() {
    let host = Host.current
    #expect(host.fingerprint == host.hardwareHash && host.fingerprint.count == 64)
  }
}
