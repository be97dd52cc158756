import Foundation
import TestSupport
import Testing

@testable import Platform

@Suite("The host's lock")
struct HostLockTests {
  private let folder: TemporaryFolder
  private var path: String { folder("lock").path }
  private var places: [HostLock.Place] { [HostLock.Place(path)] }

  init() throws { folder = try TemporaryFolder() }

  @Test("A second start is refused with the holder's name")
  func refused() async throws {
    let lock = try await HostLock.acquire(for: "the night rehearsal", whenHeld: .refuse, at: places)
    #expect(HostLock.holder(at: places) == "process \(getpid()), the night rehearsal")
    await #expect(throws: HostLock.Failure.held(file: path, holder: "process \(getpid()), the night rehearsal")) {
      _ = try await HostLock.acquire(for: "another", whenHeld: .stepAside, at: places)
    }
    withExtendedLifetime(lock) {}
  }

  @Test("A second start waits until the first has ended")
  func waiting() async throws {
    var first: HostLock? = try await HostLock.acquire(for: "first", whenHeld: .refuse, at: places)
    let places = places
    let (told, telling) = AsyncStream<String>.makeStream()
    let second = Task {
      try await HostLock.acquire(for: "second", whenHeld: .wait, at: places) { telling.yield($0) }
    }
    for await holder in told {
      #expect(holder.hasSuffix("first"))
      break
    }
    withExtendedLifetime(first) {}
    first = nil
    let lock = try await second.value
    #expect(HostLock.holder(at: places)?.hasSuffix("second") == true)
    withExtendedLifetime(lock) {}
  }

  @Test("Nobody holds a lock whose holder is gone, and a missing file is no lock")
  func released() async throws {
    #expect(HostLock.holder(at: places) == nil)
    do {
      let lock = try await HostLock.acquire(for: "short", whenHeld: .refuse, at: places)
      withExtendedLifetime(lock) {}
    }
    #expect(HostLock.holder(at: places) == nil)
  }

  @Test("A place that cannot hold a lock is named")
  func unusable() async throws {
    await #expect(throws: HostLock.Failure.self) {
      _ = try await HostLock.acquire(for: "x", whenHeld: .wait, at: [HostLock.Place("/nowhere/lock")])
    }
  }
}
