import Foundation

/// A process that keeps one processor busy, until its last reference goes or it has used a minute of processor time.
public final class BusyLoop {
  private let process = Process()

  public init() throws {
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", "ulimit -t 60; while :; do :; done"]
    try process.run()
  }

  deinit {
    // A child of Foundation may be born with signals blocked.
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }
}
