import Foundation
import TestSupport
import Testing

@testable import Nightly

@Suite("The timer of nights")
struct NightTimerTests {
  private let home: TemporaryFolder

  init() throws { home = try TemporaryFolder() }

  private func files(_ system: NightTimer.System) throws -> (NightTimer, [NightTimer.File]) {
    let timer = NightTimer(system: system, home: home.url)
    let time = try #require(NightTimer.Time("02:05"))
    return (
      timer,
      timer.files(
        program: URL(fileURLWithPath: "/opt/my tools/resident"), arguments: ["nightly", "run", "/plans/50%.json"],
        environment: ["RESIDENT_DB": "/data/a \"b\".sqlite"], at: time)
    )
  }

  @Test("Times are of the form HH:MM", arguments: ["2:00", "24:00", "02:60", "02", "-1:00", "02:0a"])
  func invalidTimes(_ text: String) { #expect(NightTimer.Time(text) == nil) }

  @Test("A systemd service quotes what systemd would read otherwise")
  func systemd() throws {
    let (_, files) = try files(.systemd)
    #expect(files.map(\.url.lastPathComponent) == ["resident-nightly.service", "resident-nightly.timer"])
    #expect(files[0].text.contains(#"ExecStart="/opt/my tools/resident" "nightly" "run" "/plans/50%%.json""#))
    #expect(files[0].text.contains(#"Environment="RESIDENT_DB=/data/a \"b\".sqlite""#))
    #expect(files[1].text.contains("OnCalendar=*-*-* 02:05:00"))
  }

  @Test("A launchd agent is a property list")
  func launchd() throws {
    let (_, files) = try files(.launchd)
    let list = try #require(
      try PropertyListSerialization.propertyList(from: Data(files[0].text.utf8), format: nil) as? [String: Any])
    #expect(list["ProgramArguments"] as? [String] == ["/opt/my tools/resident", "nightly", "run", "/plans/50%.json"])
    #expect(list["StartCalendarInterval"] as? [String: Int] == ["Hour": 2, "Minute": 5])
  }

  @Test("Uninstalling removes exactly what was installed", arguments: [NightTimer.System.systemd, .launchd])
  func uninstall(_ system: NightTimer.System) throws {
    let (timer, files) = try files(system)
    let neighbour = files[0].url.deletingLastPathComponent().appendingPathComponent("other.service")
    try timer.install(files)
    try Data("mine".utf8).write(to: neighbour)
    #expect(try timer.uninstall() == files.map(\.url))
    #expect(FileManager.default.fileExists(atPath: neighbour.path))
    #expect(try timer.uninstall().isEmpty)
  }
}
