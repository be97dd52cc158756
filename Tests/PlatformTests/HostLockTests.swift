import Foundation
import TestSupport
import Testing

@testable import Platform

@Suite("The host's lock")
struct HostLockTests {
  private let folder: TemporaryFolder
  private var path: String { folder.url.appendingPathComponent("lock").path }

  init() throws { folder = try TemporaryFolder() }

  @Test("A second start is refused with the holder's name")
  func refused() async throws {
    let lock = try await HostLock.acquire(for: "the night rehearsal", whenHeld: .refuse, at: path)
    #expect(HostLock.holder(at: path) == "process \(getpid()), the night rehearsal")
    await #expect(throws: HostLock.Failure.held(file: path, holder: "process \(getpid()), the night rehearsal")) {
      _ = try await HostLock.acquire(for: "another", whenHeld: .stepAside, at: path)
    }
    withExtendedLifetime(lock) {}
  }

  @Test("A second start waits until the first has ended")
  func waiting() async throws {
    var first: HostLock? = try await HostLock.acquire(for: "first", whenHeld: .refuse, at: path)
    let path = path
    let (told, telling) = AsyncStream<String>.makeStream()
    let second = Task {
      try await HostLock.acquire(for: "second", whenHeld: .wait, at: path) { telling.yield($0) }
    }
    for await holder in told {
      #expect(holder.hasSuffix("first"))
      break
    }
    withExtendedLifetime(first) {}
    first = nil
    let lock = try await second.value
    #expect(HostLock.holder(at: path)?.hasSuffix("second") == true)
    withExtendedLifetime(lock) {}
  }

  @Test("Nobody holds a lock whose holder is gone, and a missing file is no lock")
  func released() async throws {
    #expect(HostLock.holder(at: path) == nil)
    do {
      let lock = try await HostLock.acquire(for: "short", whenHeld: .refuse, at: path)
      withExtendedLifetime(lock) {}
    }
    #expect(HostLock.holder(at: path) == nil)
  }

  @Test("A place that cannot hold a lock is named")
  func unusable() async throws {
    await #expect(throws: HostLock.Failure.self) {
      _ = try await HostLock.acquire(for: "x", whenHeld: .wait, at: "/nowhere/lock")
    }
  }
}
