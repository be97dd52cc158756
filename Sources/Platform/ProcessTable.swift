/// What the operating system tells of other processes of this user.
///
/// Each operating system has one file that answers.
public enum ProcessTable {
  /// A process and all that descend from it, the process first; empty where it is gone.
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

  /// The most memory that a process and its descendants have held, summed over the processes that still run.
  public static func peakMemoryBytes(ofTree root: Int32) -> Int {
    tree(of: root).reduce(0) { $0 + peakMemoryBytes(of: $1) }
  }
}
