import Fit
import Foundation
import Measurements
import Platform
import Runner
import Store

/// Disk, memory, clock and sleep.
extension Examination {
  func examineDisk() -> Finding {
    let folder = database.deletingLastPathComponent()
    guard let free = Machine.freeDiskByteCount(at: folder.path) else {
      return Finding(
        "disk", .warning, "the folder \(folder.path) of the database does not exist yet",
        remedy: "mkdir -p '\(folder.path)'")
    }
    let text = Self.gigabytes(free) + " free at \(folder.path)"
    guard free >= 1_000_000_000 else {
      return Finding("disk", .failure, text + ", at least 1 GB is wanted", remedy: "df -h '\(folder.path)'")
    }
    return Finding("disk", .fine, text)
  }

  func examineMemory(_ residents: [ModelID]) -> Finding {
    let free = Machine.freeMemoryByteCount
    let needs = residents.compactMap { model -> (ModelID, Footprint)? in
      guard let folder = try? library.folder(of: model),
        let need = Footprint(of: folder, contextLength: 4096)
      else { return nil }
      return (model, need)
    }
    guard let (model, need) = needs.max(by: { $0.1.total < $1.1.total }) else {
      return Finding("memory", .fine, "\(Self.gigabytes(free)) free")
    }
    // A comparison holds the resident and a candidate, which is about as large.
    let wanted = need.total.multipliedReportingOverflow(by: 2)
    let text =
      "\(Self.gigabytes(free)) free; \(model) and a candidate of its size need about "
      + Self.gigabytes(wanted.overflow ? Int.max : wanted.partialValue)
    guard !wanted.overflow, wanted.partialValue <= free else {
      return Finding(
        "memory", .warning, text, remedy: "end other programs, or give the plan a budget.memory_bytes to gate by")
    }
    return Finding("memory", .fine, text)
  }

  /// A clock behind the newest session would make new comparisons look older than earlier ones.
  func examineClock(_ store: MeasurementStore?) -> Finding {
    let now = Machine.wallSeconds
    let newest = (try? store?.sessions().map(\.session.startedAt).max()) ?? nil
    let remedy =
      Measurements.Host.current.operatingSystem.hasPrefix("macOS")
      ? "sudo sntp -sS time.apple.com" : "sudo timedatectl set-ntp true"
    if let newest, newest > now + 60 {
      return Finding(
        "clock", .failure,
        String(format: "it is %.1f h behind the newest session", (newest - now) / 3600), remedy: remedy)
    }
    // 2025-01-01: before this program existed.
    guard now > 1_735_689_600 else {
      return Finding("clock", .failure, "it says \(Date().formatted(.iso8601))", remedy: remedy)
    }
    return Finding("clock", .fine, Date().formatted(.iso8601))
  }

  /// Whether the machine may fall asleep in the middle of a night.
  func examineSleep() -> Finding {
    #if canImport(Darwin)
      guard let text = ProgramOutput(of: URL(fileURLWithPath: "/usr/bin/pmset"), ["-g"])?.text else {
        return Finding("sleep", .warning, "pmset does not tell", remedy: "pmset -g")
      }
      let line = text.split(separator: "\n").first { $0.contains(" sleep ") }
      let minutes = line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
      if minutes == 0 { return Finding("sleep", .fine, "the machine does not sleep on its own") }
      return Finding(
        "sleep", .warning, "the machine sleeps after \(minutes.map { "\($0) min" } ?? "an unknown time")",
        remedy: "sudo pmset -c sleep 0, or start nights with caffeinate -s")
    #else
      guard
        let state = ProgramOutput(
          of: URL(fileURLWithPath: "/usr/bin/systemctl"), ["is-enabled", "sleep.target"])?.text
      else {
        return Finding("sleep", .fine, "no systemd that could put the machine to sleep")
      }
      if state.hasPrefix("masked") { return Finding("sleep", .fine, "sleep is masked") }
      return Finding(
        "sleep", .warning, "systemd may put the machine to sleep (sleep.target is \(state))",
        remedy: "sudo systemctl mask sleep.target suspend.target, or start nights with systemd-inhibit")
    #endif
  }

  private static func gigabytes(_ bytes: Int) -> String { String(format: "%.1f GB", Double(bytes) / 1e9) }
}
