import Measurements

extension Role {
  /// Whether the name has the shape of a role: `[a-z0-9][a-z0-9-]*`.
  public var isWellFormed: Bool {
    let hyphen = UInt8(ascii: "-")
    return !rawValue.isEmpty && rawValue.utf8.first != hyphen
      && rawValue.utf8.allSatisfy { byte in
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
          || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == hyphen
      }
  }
}
