/// How a JSON text is laid out.
public enum JSONLayout: Sendable {
  /// No white space, members in their own order.
  case compact
  /// No white space, members in the order of their names' code points: the form that is hashed.
  ///
  /// The same bytes as Python's `json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)`.
  case canonical
  /// Two-space indentation, members in their own order.
  case pretty
}

extension JSONValue {
  /// The value as JSON text, without a trailing newline.
  public func serialized(_ layout: JSONLayout = .compact) -> String {
    var text = ""
    write(to: &text, layout: layout, indentation: 0)
    return text
  }

  private func write(to text: inout String, layout: JSONLayout, indentation: Int) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .number(let value): text += value.isFinite ? "\(value)" : "null"
    case .string(let value): Self.write(value, to: &text)
    case .array(let elements):
      Self.write(elements, brackets: ("[", "]"), to: &text, layout: layout, indentation: indentation) {
        $1.write(to: &$0, layout: layout, indentation: indentation + 1)
      }
    case .object(let object):
      if layout == .canonical {
        // The order of code points is that of their UTF-8.
        let sorted = object.members.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        Self.write(sorted, to: &text, layout: layout, indentation: indentation)
      } else {
        Self.write(object.members, to: &text, layout: layout, indentation: indentation)
      }
    }
  }

  private static func write(
    _ members: some Collection<JSONObject.Member>, to text: inout String, layout: JSONLayout, indentation: Int
  ) {
    write(members, brackets: ("{", "}"), to: &text, layout: layout, indentation: indentation) {
      write($1.name, to: &$0)
      $0 += layout == .pretty ? ": " : ":"
      $1.value.write(to: &$0, layout: layout, indentation: indentation + 1)
    }
  }

  private static func write<Items: Collection>(
    _ items: Items, brackets: (String, String), to text: inout String, layout: JSONLayout, indentation: Int,
    item: (inout String, Items.Element) -> Void
  ) {
    text += brackets.0
    for (index, element) in items.enumerated() {
      if index > 0 { text += "," }
      if layout == .pretty { text += "\n" + String(repeating: "  ", count: indentation + 1) }
      item(&text, element)
    }
    if layout == .pretty, !items.isEmpty { text += "\n" + String(repeating: "  ", count: indentation) }
    text += brackets.1
  }

  private static func write(_ string: String, to text: inout String) {
    text += "\""
    // Most strings are written as they are: scalar by scalar takes many times as long.
    guard string.utf8.contains(where: { $0 < 0x20 || $0 == 0x22 || $0 == 0x5C }) else {
      text += string
      text += "\""
      return
    }
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\u{08}": text += "\\b"
      case "\u{0C}": text += "\\f"
      case "\u{00}"..<"\u{20}":
        let hex = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
