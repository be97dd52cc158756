import JSON
import Measurements

extension Registry {
  public func assignment(of role: Role) throws(RegistryError) -> RoleAssignment {
    let range: Range<Int>?
    do throws(JSONError) {
      range = try JSONValue.range(ofValueAt: ["models", role.rawValue], in: bytes)
    } catch {
      throw .content(path: path, .notJSON(error))
    }
    guard let id = self[role], let range else { throw .unknownRole(role, path: path, known: roles) }
    return RoleAssignment(id: id, range: range)
  }

  public static func literal(_ id: ModelID) -> [UInt8] { Array(JSONValue.string(id.rawValue).serialized().utf8) }
}
