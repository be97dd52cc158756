import Foundation
import ModelRegistry
import Platform
import Runner
import Store
import Measurements

extension Examination {
  /// The registry, and the models that its roles mean.
  func examineRegistry() -> ([Finding], residents: [ModelID]) {
    let path = registry.url.path
    do {
      let document = try registry.read()
      guard !document.entries.isEmpty else {
        return (
          [Finding("registry", .failure, "\(path) has no role", remedy: "resident registry create default=MODEL")], []
        )
      }
      return ([Finding("registry", .fine, "\(path) has \(document.roles.count) roles")], document.modelIDs)
    } catch {
      return ([Finding("registry", .failure, "\(error)", remedy: "resident registry create default=MODEL")], [])
    }
  }

  /// The database, page by page; it is opened for reading only.
  func examineDatabase() -> ([Finding], MeasurementStore?) {
    let path = database.path
    guard FileManager.default.fileExists(atPath: path) else {
      return (
        [
          Finding(
            "database", .warning, "\(path) does not exist yet",
            remedy: "resident compare CANDIDATE --role default --envelope envelopes/smoke.json")
        ], nil
      )
    }
    do {
      let store = try MeasurementStore(at: database, mode: .readOnly)
      try store.check()
      let sessions = try store.sessions()
      let open = sessions.filter { $0.state != .complete }
      var findings = [Finding("database", .fine, "\(path) is whole, with \(sessions.count) sessions")]
      if let first = open.first {
        findings.append(
          Finding(
            "sessions", .warning,
            "\(open.count) were interrupted, the newest is \(first.number) of \(first.session.candidate)",
            remedy: "repeat its command with --resume"))
      }
      return (findings, store)
    } catch {
      return (
        [
          Finding(
            "database", .failure, "\(error)",
            remedy: "restore \(path) from a backup; `sqlite3 '\(path)' .recover` saves what can be read")
        ], nil
      )
    }
  }

  func examineDisk() -> [Finding] {
    let folder = database.deletingLastPathComponent()
    guard let free = Machine.freeDiskByteCount(at: folder.path) else {
      return [
        Finding(
          "disk", .warning, "the folder \(folder.path) of the database does not exist yet",
          remedy: "mkdir -p '\(folder.path)'")
      ]
    }
    let text = Self.gigabytes(free) + " free at \(folder.path)"
    guard free >= 1_000_000_000 else {
      return [Finding("disk", .failure, text + ", at least 1 GB is wanted", remedy: "df -h '\(folder.path)'")]
    }
    return [Finding("disk", .fine, text)]
  }

  /// Locks of processes that are still at it, and sibling files of editors that are gone.
  func examineLocks() -> [Finding] {
    var findings: [Finding] = []
    if let holder = HostLock.holder() {
      findings.append(
        Finding(
          "lock", .warning, "\(HostLock.path) is held by \(holder)", remedy: "wait for it, or end that process"))
    } else {
      findings.append(Finding("lock", .fine, "nothing else is measured on this machine"))
    }
    let folder = registry.url.deletingLastPathComponent()
    let name = registry.url.lastPathComponent
    let siblings = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
      .filter { $0.hasPrefix(".\(name)") && $0.hasSuffix(".lock") }
    if !siblings.isEmpty {
      let paths = siblings.map { "'\(folder.appendingPathComponent($0).path)'" }.joined(separator: " ")
      findings.append(
        Finding(
          "registry lock", .warning, "an edit of the registry is under way or was killed: \(paths)",
          remedy: "resident registry show, and if nothing edits it: rm \(paths)"))
    }
    return findings
  }

  static func gigabytes(_ bytes: Int) -> String { String(format: "%.1f GB", Double(bytes) / 1e9) }
}
