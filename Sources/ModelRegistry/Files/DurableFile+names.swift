extension DurableFile {
  /// The last part of a path.
  static func name(of path: String) -> String {
    String(path.reversed().prefix { $0 != "/" }.reversed())
  }

  /// The folder that holds what a path names.
  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// A path in the same folder: a dot, the path's name and a suffix.
  static func hiddenSibling(of path: String, suffix: String) -> String {
    let name = name(of: path)
    return path.dropLast(name.count) + "." + name + suffix
  }
}
