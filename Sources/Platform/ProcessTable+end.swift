import Foundation

extension ProcessTable {
  /// Ends a process and all its descendants: first politely, after `seconds` by force.
  ///
  /// - Parameter includingRoot: False leaves the process itself alone.
  public static func end(treeOf root: Int32, includingRoot: Bool = true, within seconds: Double = 5) {
    // Noted before anything ends: children of a process that is gone are nobody's.
    var known = members(root, includingRoot)
    for process in known.reversed() { kill(process, SIGTERM) }
    let deadline = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < deadline {
      known = known.filter(isRunning)
      if known.isEmpty { return }
      Thread.sleep(forTimeInterval: 0.02)
      known += members(root, includingRoot).filter { !known.contains($0) }
    }
    for process in known { kill(process, SIGKILL) }
  }

  /// Whether a process is there and has not ended.
  public static func isRunning(_ process: Int32) -> Bool { parents[process] != nil }

  private static func members(_ root: Int32, _ includingRoot: Bool) -> [Int32] {
    tree(of: root).filter { includingRoot || $0 != root }
  }
}
