/// A path as git writes it in the header of a patch.
struct DiffPath {
  private let relative: String

  init(_ path: String) {
    relative = path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
  }

  /// The path below `a` or `b`: quoted like a C string where it has special characters, and ended by a tab where it has
  /// a space, as readers would take the space for the name's end.
  func prefixed(_ prefix: String) -> String {
    let path = "\(prefix)/\(relative)"
    let special = path.utf8.contains { $0 < 0x20 || $0 >= 0x7F || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }
    guard special else { return path.utf8.contains(0x20) ? path + "\t" : path }
    return "\"" + path.utf8.map(Self.escaped).joined() + "\""
  }

  private static func escaped(_ byte: UInt8) -> String {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): return "\\" + String(Unicode.Scalar(byte))
    case 0x20..<0x7F: return String(Unicode.Scalar(byte))
    default:
      let octal = String(byte, radix: 8)
      return "\\" + String(repeating: "0", count: 3 - octal.count) + octal
    }
  }
}
