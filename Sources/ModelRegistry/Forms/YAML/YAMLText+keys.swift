import Yams

/// Keys, before any alias is followed.
extension YAMLText {
  /// The line of a key that is a collection or an alias; nil if there is none.
  ///
  /// `root` is that of the text without aliases.
  ///
  /// - Complexity: O(*n*) in nodes.
  var lineOfCollectionKey: Int? {
    var left: [Node] = [.mapping(root)]
    while let node = left.popLast() {
      switch node {
      case .mapping(let mapping):
        for (key, value) in mapping {
          // Only an alias begins with a star.
          let isAlias = offset(of: key).map { $0 < bytes.count && bytes[$0] == UInt8(ascii: "*") } ?? true
          if key.scalar == nil || isAlias { return line(of: key) }
          left.append(value)
        }
      case .sequence(let sequence): left += sequence
      case .scalar, .alias: break
      }
    }
    return nil
  }
}
