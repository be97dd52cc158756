import Foundation
import Measurements

/// A Nix file whose one `models` attribute set generates the registry.
///
/// ```nix
/// { services.ai-stack.models = { default = "org/name-4bit"; "tool-calling" = "org/name-4bit"; }; }
/// ```
///
/// The same set written as `models.default = "…";` counts too. The file is searched, not evaluated, and so whatever
/// leaves a doubt which text decides is refused: two `models` sets, a set that is computed, a role assigned twice, a
/// value that isn't a plain string on one line.
public struct NixSource: RoleDocument {
  public let path: String
  public let bytes: [UInt8]

  private let assignments: [(role: Role, binding: NixBinding)]

  /// Reads a Nix file; errors as `init(parsing:path:)`, and `RegistryError.file` where the file can't be read.
  public init(contentsOf url: URL) throws(RegistryError) {
    try self.init(parsing: DurableFile.contents(ofFileAt: url.path), path: url.relativePath)
  }

  /// Finds the `models` set in a Nix file's bytes; `path` names them in messages.
  ///
  /// - Throws: `RegistryError.content` where a string, comment or bracket doesn't end, or there is not exactly one
  ///   plain `models` set.
  public init(parsing bytes: [UInt8], path: String) throws(RegistryError) {
    self.path = path
    self.bytes = bytes
    do throws(RegistryError.ContentProblem) {
      let finder = try NixBindingFinder(bytes)
      let models = try finder.modelsAttribute(in: bytes)
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
