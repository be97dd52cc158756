import Foundation
import Platform
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
      try timer.files(
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

  @Test("In a command a dollar sign is doubled, in a setting of the environment it is not")
  func dollars() throws {
    let timer = NightTimer(system: .systemd, home: home.url)
    let text = try timer.files(
      program: URL(fileURLWithPath: "/r"), arguments: ["$HOME ${A} \\ \"'"], environment: ["A": "$HOME %h \\"],
      at: try #require(NightTimer.Time("02:05")))[0].text
    #expect(text.contains(#"ExecStart="/r" "$$HOME $${A} \\ \"'""# + "\n"))
    #expect(text.contains(#"Environment="A=$HOME %%h \\""# + "\n"))
  }

  @Test(
    "What no timer can hold is refused, and nothing is written",
    arguments: [
      "/plans/a\nExecStart=/bin/false", "/plans/a\u{1B}[2J", "/plans/a\u{0}", "/plans/a\u{85}", "/plans/\u{2028}b",
    ],
    [NightTimer.System.systemd, .launchd])
  func unwritable(_ path: String, _ system: NightTimer.System) throws {
    let timer = NightTimer(system: system, home: home.url)
    let time = try #require(NightTimer.Time("02:05"))
    let error = #expect(throws: NightTimer.UnwritableText.self) {
      try timer.files(program: URL(fileURLWithPath: "/r"), arguments: [path], environment: [:], at: time)
    }
    #expect(error?.description.unicodeScalars.contains { $0.properties.generalCategory == .control } == false)
    #expect(throws: NightTimer.UnwritableText.self) {
      try timer.files(program: URL(fileURLWithPath: "/r"), arguments: [], environment: ["A": path], at: time)
    }
  }

  @Test(
    "A program whose path systemd cannot hold is refused",
    arguments: ["/opt/$x/resident", "/opt/a\"b", "/opt/a'b", "/opt/a\\b"])
  func program(_ path: String) throws {
    let time = try #require(NightTimer.Time("02:05"))
    let program = URL(fileURLWithPath: path)
    #expect(throws: NightTimer.UnwritableText.self) {
      try NightTimer(system: .systemd, home: home.url)
        .files(program: program, arguments: [], environment: [:], at: time)
    }
    #expect(throws: Never.self) {
      try NightTimer(system: .launchd, home: home.url)
        .files(program: program, arguments: [], environment: [:], at: time)
    }
  }

  #if os(Linux)
    private static let analyzer = "/usr/bin/systemd-analyze"

    @Test(
      "systemd accepts the files, however paths are written",
      .enabled(if: FileManager.default.isExecutableFile(atPath: analyzer), "there is no systemd-analyze"))
    func verified() throws {
      let program = try home.writeProgram("#!/bin/sh\n", to: "50% h ; é/resident")
      let timer = NightTimer(system: .systemd, home: home.url)
      let files = try timer.files(
        program: program, arguments: ["nightly", "run", "/plans/$HOME %h \\ \"'; é.json", ";"],
        environment: ["RESIDENT_DB": "/data/$X %n \\ \" '.sqlite"], at: try #require(NightTimer.Time("02:05")))
      try timer.install(files)
      let check = try ProgramOutput(
        running: URL(fileURLWithPath: Self.analyzer), ["--user", "verify"] + files.map(\.url.path),
        environment: ProcessInfo.processInfo.environment.merging(["XDG_RUNTIME_DIR": home.url.path]) { $1 })
      #expect(check.exit == .exited(0) && check.errorText == nil, "\(check.errorText ?? "")")
    }
  #endif

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
