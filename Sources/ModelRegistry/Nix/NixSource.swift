import Measurements

/// A Nix file whose one `models` attribute set generates the registry.
///
/// ```nix
/// { services.ai-stack.models = { default = "org/name-4bit"; "tool-calling" = "org/name-4bit"; }; }
/// ```
///
/// The same set written as `models.default = "…";` counts too. The file is searched, not evaluated, so whatever leaves a
/// doubt which text decides is refused: two `models` sets, a set that is computed, a role assigned twice, a
/// value that isn't a plain string on one line.
public struct NixSource: RoleDocument {
  public let path: String
  public let bytes: [UInt8]

  private let assignments: [(role: Role, binding: NixBinding)]

  /// Finds the `models` set in a Nix file's bytes; `path` names them in messages.
  ///
  /// - Throws: `RegistryError.content` if a string, comment or bracket doesn't end, or there is not exactly one
  ///   plain `models` set.
  public init(parsing bytes: [UInt8], path: String) throws(RegistryError) {
    self.path = path
    self.bytes = bytes
    do throws(RegistryError.ContentProblem) {
      let finder = try NixBindingFinder(bytes)
      let models = try finder.modelsAttribute()
      assignments = finder.bindings.compactMap { binding in
        let attribute = finder.tree.attributes[binding.attribute]
        return attribute.parent == models ? (Role(rawValue: attribute.name), binding) : nil
      }
    } catch {
      throw .content(path: path, error)
    }
  }

  /// The roles that the set assigns a plain string, in file order.
  public var roles: [Role] {
    assignments.compactMap { assignment in
      guard case .string = assignment.binding.value else { return nil }
      return assignment.role
    }
  }

  public func assignment(of role: Role) throws(RegistryError) -> RoleAssignment {
    let found = assignments.filter { $0.role == role }.map(\.binding)
    guard let binding = found.first else { throw .unknownRole(role, path: path, known: roles) }
    guard found.count == 1 else {
      throw .content(path: path, .roleRepeated(role, lines: NixLexer.lines(of: found.map(\.offset), in: bytes)))
    }
    guard case .string(let text, let range) = binding.value else {
      throw .content(path: path, .valueNotAPlainString(role, line: NixLexer.line(of: binding.offset, in: bytes)))
    }
    return RoleAssignment(id: ModelID(rawValue: text), range: range)
  }

  public static func literal(_ id: ModelID) -> [UInt8] { NixString.literal(id.rawValue) }
}

/// The Nix source of a generated registry as a file that can be edited.
public typealias NixSourceFile = RoleDocumentFile<NixSource>

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
