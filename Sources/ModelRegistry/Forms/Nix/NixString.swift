/// The text of a Nix string in double quotes.
enum NixString {
  /// The value of a literal, quotes included and without interpolation; nil if it spans lines or isn't UTF-8.
  static func value(of literal: ArraySlice<UInt8>) -> String? {
    var value: [UInt8] = []
    var isEscaped = false
    for byte in literal.dropFirst().dropLast() {
      switch byte {
      case 0x0A, 0x0D: return nil
      case UInt8(ascii: "\\") where !isEscaped:
        isEscaped = true
        continue
      case UInt8(ascii: "n") where isEscaped: value.append(0x0A)
      case UInt8(ascii: "r") where isEscaped: value.append(0x0D)
      case UInt8(ascii: "t") where isEscaped: value.append(0x09)
      default: value.append(byte)
      }
      isEscaped = false
    }
    return String(validating: value, as: UTF8.self)
  }

  /// A text as a literal that is neither interpolated nor spans lines.
  static func literal(_ text: String) -> [UInt8] {
    var literal = [UInt8(ascii: "\"")]
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "$"): literal += [UInt8(ascii: "\\"), byte]
      case 0x0A: literal += Array("\\n".utf8)
      case 0x0D: literal += Array("\\r".utf8)
      case 0x09: literal += Array("\\t".utf8)
      default: literal.append(byte)
      }
    }
    literal.append(UInt8(ascii: "\""))
    return literal
  }
}
