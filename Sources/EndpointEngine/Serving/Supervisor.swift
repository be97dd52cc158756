import Foundation
import Platform

/// Runs a server for a process that may end at any time, and ends its whole tree then.
public enum Supervisor {
  /// Starts the command and waits until it ends, or until standard input does.
  ///
  /// - Returns: The command's exit status.
  /// - Throws: where the command cannot be started.
  public static func run(_ command: [String]) throws -> Int32 {
    let server = Process()
    server.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    server.arguments = command
    server.standardInput = FileHandle.nullDevice
    try server.run()
    let root = server.processIdentifier
    let watch = Thread {
      while !FileHandle.standardInput.availableData.isEmpty {}
      ProcessTable.end(treeOf: root)
    }
    watch.start()
    let signals = [Signals.Kind.terminate, .interrupt].map { kind in
      Signals.observe(kind) { ProcessTable.end(treeOf: root) }
    }
    server.waitUntilExit()
    // What it left behind has become a child of nobody; whoever outlives the server is still ours.
    ProcessTable.end(treeOf: ProcessInfo.processInfo.processIdentifier, includingRoot: false)
    withExtendedLifetime(signals) {}
    return server.terminationStatus
  }
}
