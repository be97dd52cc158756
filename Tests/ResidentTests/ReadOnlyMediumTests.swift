import Foundation
import Platform
import Store
import TestSupport
import Testing

#if os(Linux)
  /// A real mount in a namespace of its own, since permissions bar no superuser.
  @Suite(
    "A database on a medium that cannot be written",
    .enabled(if: geteuid() == 0, "only the superuser can mount"))
  struct ReadOnlyMediumTests {
    private let folder: TemporaryFolder
    private var database: URL { folder("medium/resident.sqlite") }
    /// What the shell ends with where it may not mount.
    private static let noMount: Int32 = 97

    init() throws {
      folder = try TemporaryFolder()
      try FileManager.default.createDirectory(at: folder("medium"), withIntermediateDirectories: true)
    }

    /// Lists the sessions of the database; nil where nothing can be mounted.
    private func list(_ database: URL? = nil) throws -> ProgramOutput? {
      let database = database ?? self.database
      let medium = folder("medium").path
      let script =
        "mount --make-rprivate / && mount --bind '\(medium)' '\(medium)' && mount -o remount,ro,bind '\(medium)' "
        + "|| exit \(Self.noMount); exec '\(Program.executable.path)' sessions --json --db '\(database.path)'"
      let output = try ProgramOutput(
        running: URL(fileURLWithPath: "/usr/bin/env"), ["unshare", "-m", "sh", "-c", script], within: .seconds(600))
      return output.exit == .exited(Self.noMount) ? nil : output
    }

    @Test("It is read, and nothing beside it is made")
    func readable() throws {
      do { _ = try MeasurementStore(at: database, mode: .readWrite) }
      for name in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: database.path + name) }
      guard let output = try list() else { return }
      #expect(
        output.exit == .exited(0) && output.text?.contains("\"sessions\": []") == true, "\(output.errorText ?? "")")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder("medium").path) == ["resident.sqlite"])
    }

    @Test("A name with characters that an address would read otherwise is found")
    func oddName() throws {
      let odd = folder("medium/100% a?b#c.sqlite")
      do { _ = try MeasurementStore(at: odd, mode: .readWrite) }
      try FileManager.default.moveItem(at: odd, to: folder("moved"))
      for name in try FileManager.default.contentsOfDirectory(atPath: folder("medium").path) {
        try FileManager.default.removeItem(at: folder("medium").appendingPathComponent(name))
      }
      try FileManager.default.moveItem(at: folder("moved"), to: odd)
      guard let output = try list(odd) else { return }
      #expect(
        output.exit == .exited(0) && output.text?.contains("\"sessions\": []") == true, "\(output.errorText ?? "")")
    }

    @Test("Commits that are only in its log are not passed over: the error says what to do")
    func withLog() throws {
      let store = try MeasurementStore(at: database, mode: .readWrite)
      // Copied while it is open: closing it would move the log into the file.
      let copy = folder("copy")
      try FileManager.default.copyItem(at: folder("medium"), to: copy)
      withExtendedLifetime(store) {}
      try FileManager.default.removeItem(at: folder("medium"))
      try FileManager.default.moveItem(at: copy, to: folder("medium"))
      try? FileManager.default.removeItem(atPath: database.path + "-shm")
      let log = FileStatus(ofNameAt: database.path + "-wal")
      try #require(log.map { $0.size > 0 } == true)
      guard let output = try list() else { return }
      #expect(output.exit == .exited(2))
      #expect(output.errorText?.contains("has commits in its log (-wal)") == true, "\(output.errorText ?? "")")
    }
  }
#endif
