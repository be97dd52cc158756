import Foundation
import TestSupport
import Testing

@testable import Platform

/// What another user of the machine can put in the lock's place.
@Suite("The host's lock on a machine with other users")
struct HostileLockTests {
  /// Open to everybody and sticky, as `/tmp` is.
  private let shared: TemporaryFolder
  private var path: String { shared("resident.lock").path }

  init() throws {
    shared = try TemporaryFolder()
    #expect(chmod(shared.url.path, 0o1777) == 0)
  }

  private func reason(_ isShared: Bool = true, at path: String? = nil) async -> String? {
    let place = HostLock.Place(path ?? self.path, isShared: isShared)
    do {
      _ = try await HostLock.acquire(for: "x", whenHeld: .refuse, at: [place])
      return nil
    } catch HostLock.Failure.unusable(_, let reason) {
      return reason
    } catch {
      return "\(error)"
    }
  }

  @Test("A link is not followed: what it leads to keeps its bytes and its mode")
  func link() async throws {
    let victim = try shared.write("the only copy", to: "victim")
    #expect(chmod(victim.path, 0o600) == 0)
    try FileManager.default.createSymbolicLink(at: shared("resident.lock"), withDestinationURL: victim)
    #expect(await reason() == "it is a symbolic link, which is not followed here")
    #expect(HostLock.holder(at: [HostLock.Place(path)]) == nil)
    #expect(try shared.text(of: "victim") == "the only copy")
    #expect(FileStatus(ofNameAt: victim.path)?.permissions == 0o600)
  }

  @Test("A dangling link creates nothing")
  func danglingLink() async throws {
    try FileManager.default.createSymbolicLink(at: shared("resident.lock"), withDestinationURL: shared("new"))
    #expect(await reason() == "it is a symbolic link, which is not followed here")
    #expect(shared.names == ["resident.lock"])
  }

  @Test("A second name of another file is refused, and the file is not written")
  func hardLink() async throws {
    let victim = try shared.write("the only copy", to: "victim")
    #expect(Foundation.link(victim.path, path) == 0)
    #expect(await reason() == "it has 2 names (hard links)")
    #expect(try shared.text(of: "victim") == "the only copy")
  }

  @Test("A named pipe, a device and a folder are refused at once")
  func specialFiles() async throws {
    #expect(mkfifo(path, 0o666) == 0)
    #expect(await reason() == "it is a named pipe, no regular file")
    #expect(await reason(at: "/dev/null") == "it is a device, no regular file")
    let folder = await reason(at: shared.url.path)
    #expect(folder != nil)
  }

  @Test("A file that is there keeps its mode, and a new one is as it should be whatever the umask")
  func modes() async throws {
    let present = try shared.write("", to: "present")
    #expect(chmod(present.path, 0o600) == 0)
    #expect(await reason(at: present.path) == nil)
    #expect(FileStatus(ofNameAt: present.path)?.permissions == 0o600)
    #expect(await reason() == nil)
    #expect(FileStatus(ofNameAt: path)?.permissions == 0o644)
  }

  @Test("No more than a few hundred bytes of a holder's name are read, and none that a terminal obeys")
  func longName() throws {
    try shared.write("\u{1B}[2J" + String(repeating: "x", count: 10_000), to: "resident.lock")
    let name = try #require(try LockFile(path, isShared: true).lastHolder)
    #expect(name.utf8.count <= 500 && name.hasPrefix("[2J"))
  }

  @Test("A user's own folder must be that user's alone")
  func ownFolder() async throws {
    let path = try PrivateFolder.make(in: shared.url.path)
    #expect(FileStatus(ofNameAt: path)?.permissions == 0o700)
    #expect(await reason(false, at: path + "/measuring.lock") == nil)
    #expect(chmod(path, 0o777) == 0)
    #expect(await reason(false, at: path + "/measuring.lock") == "others may use it; make it yours alone by chmod 700")
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.createDirectory(at: shared("elsewhere"), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: shared("elsewhere").path)
    #expect(await reason(false, at: path + "/measuring.lock") == "it is a symbolic link, no folder")
    #expect(throws: FileSystemError.self) { try PrivateFolder.make(in: shared.url.path) }
  }

  @Test("Another user's folder in this one's place is named, and the runtime folder stands in for it")
  func squattedFolder() async throws {
    // Only the superuser can give a folder away; a link is as little this user's folder.
    let path = PrivateFolder.path(in: shared.url.path)
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/")
    let runtime = try TemporaryFolder()
    #expect(chmod(runtime.url.path, 0o700) == 0)
    let alone = HostLock.places([:], in: shared.url.path)
    await #expect(throws: HostLock.Failure.self) {
      _ = try await HostLock.acquire(for: "x", whenHeld: .refuse, at: alone)
    }
    let places = HostLock.places(["XDG_RUNTIME_DIR": runtime.url.path], in: shared.url.path)
    var leftOut: [String] = []
    let lock = try await HostLock.acquire(for: "x", whenHeld: .refuse, at: places, onLeftOut: { leftOut.append($0) })
    #expect(leftOut.count == 1 && leftOut[0].contains("another one stands in for it"))
    await #expect(throws: HostLock.Failure.self) {
      _ = try await HostLock.acquire(for: "y", whenHeld: .refuse, at: places)
    }
    withExtendedLifetime(lock) {}
  }

  @Test("Two processes of one user exclude each other whatever their environments say")
  func environments() async throws {
    let runtime = try TemporaryFolder()
    #expect(chmod(runtime.url.path, 0o700) == 0)
    let with = HostLock.places(["XDG_RUNTIME_DIR": runtime.url.path], in: shared.url.path)
    let without = HostLock.places([:], in: shared.url.path)
    // Even where somebody has spoilt the lock that all users share.
    try FileManager.default.createSymbolicLink(at: shared("resident.lock"), withDestinationURL: shared("nowhere"))
    for (first, second) in [(with, without), (without, with)] {
      var leftOut: [String] = []
      let lock = try await HostLock.acquire(for: "one", whenHeld: .refuse, at: first, onLeftOut: { leftOut.append($0) })
      #expect(leftOut.count == 1 && leftOut[0].contains("another user's measurement would not be noticed"))
      let error = await #expect(throws: HostLock.Failure.self) {
        _ = try await HostLock.acquire(for: "two", whenHeld: .refuse, at: second)
      }
      #expect(error?.description.contains("one") == true)
      withExtendedLifetime(lock) {}
    }
  }

  #if os(Linux)
    @Test(
      "Another user's process that holds the shared lock is noticed and named, its file neither written nor chmodded",
      .enabled(if: geteuid() == 0, "only the superuser can start a process of another user"))
    func otherUser() async throws {
      let other = try ChildProcess(
        "/usr/bin/setpriv",
        [
          "--reuid=65534", "--regid=65534", "--clear-groups", "/usr/bin/flock", "-n", path, "sh", "-c",
          "echo locked; exec sleep 600",
        ],
        input: .null)
      defer {
        other.killGroup()
        _ = other.wait()
      }
      #expect(String(decoding: other.output.availableData, as: UTF8.self) == "locked\n")
      let before = try #require(FileStatus(ofNameAt: path))
      #expect(before.owner == 65534)
      let error = await #expect(throws: HostLock.Failure.self) {
        _ = try await HostLock.acquire(for: "x", whenHeld: .refuse, at: HostLock.places([:], in: shared.url.path))
      }
      guard case .held(_, let holder) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(holder == "process \(other.identifier) of \(User.name(of: 65534))")
      other.killGroup()
      _ = other.wait()
      // Its descendants hold the file open for a moment longer.
      let lock = try await HostLock.acquire(for: "x", whenHeld: .wait, at: HostLock.places([:], in: shared.url.path))
      #expect(FileStatus(ofNameAt: path) == before)
      withExtendedLifetime(lock) {}
    }

    @Test(
      "Another user notices the superuser's measurement",
      .enabled(if: geteuid() == 0, "only the superuser can start a process of another user"))
    func noticedByOtherUser() async throws {
      let lock = try await HostLock.acquire(for: "x", whenHeld: .refuse, at: HostLock.places([:], in: shared.url.path))
      let other = try ProgramOutput(
        running: URL(fileURLWithPath: "/usr/bin/setpriv"),
        ["--reuid=65534", "--regid=65534", "--clear-groups", "/usr/bin/flock", "-n", path, "true"])
      #expect(other.exit == .exited(1))
      withExtendedLifetime(lock) {}
    }
  #endif
}
