import CPlatform
import Foundation

/// The processes of this user, and what they have open.
///
/// `ProcessTable+Linux` and `ProcessTable+Darwin` hold what differs between systems.
public enum ProcessTable {
  /// Whether a process is there and has not ended.
  public static func isRunning(_ process: Int32) -> Bool { parents[process] != nil }

  /// A process and all that descend from it, the process first; empty if it is gone.
  public static func tree(of root: Int32) -> [Int32] {
    let parents = parents
    guard parents[root] != nil else { return [] }
    var tree = [root]
    var next = 0
    while next < tree.count {
      tree += parents.filter { $0.value == tree[next] && !tree.contains($0.key) }.keys.sorted()
      next += 1
    }
    return tree
  }

  /// Keeps descendants in this process's tree whose own parent ends, as a daemon's does; on systems other than Linux they
  /// leave it.
  public static func adoptOrphans() { _ = adopt_orphans() }

  /// The peak memory of a process and of each of its descendants that still run, summed, in bytes.
  public static func peakMemoryBytes(ofTree root: Int32) -> Int {
    tree(of: root).reduce(0) { $0 + peakMemoryBytes(of: $1) }
  }

  /// Ends a process and all its descendants: by `SIGTERM`, and after `seconds` by `SIGKILL`.
  ///
  /// - Parameter includingRoot: Whether the process itself is ended too.
  public static func end(treeOf root: Int32, includingRoot: Bool = true, within seconds: Double = 5) {
    // Listed before anything ends: a process whose parent is gone is no longer found in the tree.
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

  private static func members(_ root: Int32, _ includingRoot: Bool) -> [Int32] {
    tree(of: root).filter { includingRoot || $0 != root }
  }
}
