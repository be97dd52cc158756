/// The variables of one run of a loop's body, a macro, or a block with variables of its own.
final class Scope {
  let parent: Scope?
  private var variables: [(id: NameTable.ID, value: Value)] = []

  init(parent: Scope?) { self.parent = parent }

  /// The variable here or in the nearest scope around that has it.
  func lookup(_ id: NameTable.ID) -> Value? {
    var scope: Scope? = self
    while let here = scope {
      for variable in here.variables where variable.id == id { return variable.value }
      scope = here.parent
    }
    return nil
  }

  /// Sets the variable here, whatever the scopes around hold.
  func set(_ id: NameTable.ID, to value: Value) {
    for index in variables.indices where variables[index].id == id {
      variables[index].value = value
      return
    }
    variables.append((id, value))
  }

  func removeAll() { variables = [] }
}
