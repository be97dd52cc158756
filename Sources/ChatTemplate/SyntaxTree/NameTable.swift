/// Numbers the variable names of a template, so that a lookup compares integers.
struct NameTable: Sendable {
  typealias ID = Int

  static let loop = 0
  static let caller = 1
  static let varargs = 2
  static let kwargs = 3

  private(set) var names = ["loop", "caller", "varargs", "kwargs"]
  private var ids: [TextKey: ID] = [:]

  init() {
    for (id, name) in names.enumerated() { ids[TextKey(name)] = id }
  }

  mutating func id(of name: String) -> ID {
    if let id = ids[TextKey(name)] { return id }
    let id = names.count
    names.append(name)
    ids[TextKey(name)] = id
    return id
  }
}
