import JSON
import Vocabulary

extension Registry {
  public func assignment(of role: Role) throws(RegistryError) -> RoleAssignment {
    // The locator of values counts a byte order mark as content.
    let mark = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    let range: Range<Int>?
    do throws(JSONError) {
      range = try JSONValue.range(ofValueAt: ["models", role.rawValue], in: Array(bytes.dropFirst(mark)))
    } catch {
      throw .content(path: path, .notJSON(error))
    }
    guard let id = self[role], let range else { throw .unknownRole(role, path: path, known: roles) }
    return RoleAssignment(id: id, range: range.lowerBound + mark..<range.upperBound + mark)
  }

  public static func literal(_ id: ModelID) -> [UInt8] { Array(JSONValue.string(id.rawValue).serialized().utf8) }
}
