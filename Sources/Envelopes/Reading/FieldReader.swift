import JSON

/// Reads the members of one object of the file, and reports whatever is wrong with them.
///
/// A section asks for every member that it knows, by name, before it builds its value; what it did not ask for is
/// unknown. Each question returns nil only after it has reported why, so a section with a nil can just give up.
package final class FieldReader {
  package let path: String
  let cells: DeclaredCells
  package let problems: ProblemList
  package let object: JSONObject
  private var asked: [String] = []

  /// For a file that is no envelope but is read like one.
  package convenience init(_ object: JSONObject, problems: ProblemList) {
    self.init(object, path: "", cells: DeclaredCells(.null), problems: problems)
  }

  init(_ object: JSONObject, path: String, cells: DeclaredCells, problems: ProblemList) {
    self.object = object
    self.path = path
    self.cells = cells
    self.problems = problems
  }

  package func path(of key: String) -> String { Quoted.pathPart(key, after: path) }

  package func report(_ key: String, _ message: @autoclosure () -> String) { problems.report(path(of: key), message()) }

  /// The member's value, or nil where it is absent, which is not reported.
  package func optional(_ key: String) -> JSONValue? {
    if !asked.contains(key) { asked.append(key) }
    return object[key]
  }

  /// The member as `convert` makes it, `fallback` where it is absent.
  ///
  /// - Parameters:
  ///   - expected: What the member must be, for the message "must be …".
  ///   - fallback: Nil where the member must be there.
  package func value<Value>(
    _ key: String, expected: @autoclosure () -> String, fallback: Value? = nil, _ convert: (JSONValue) -> Value?
  ) -> Value? {
    guard let json = optional(key) else {
      if fallback == nil { report(key, "is missing; it must be \(expected())") }
      return fallback
    }
    guard let value = convert(json) else {
      report(key, "must be \(expected()), not \(Self.shown(json))")
      return nil
    }
    return value
  }

  /// Reports the members that nobody asked for; to be called last.
  package func reportUnknownKeys() {
    let known = Set(asked)
    let missing = asked.filter { object[$0] == nil }
    for name in object.names where !known.contains(name) {
      report(name, "is an unknown key; \(hint(for: name, missing: missing))")
    }
  }

  private func hint(for name: String, missing: [String]) -> String {
    NearestKey.of(name, among: missing).map { "did you mean \"\($0)\"?" }
      ?? "known here: \(asked.joined(separator: ", "))"
  }

  private static func shown(_ json: JSONValue) -> String {
    switch json {
    case .null, .array, .object: json.kind
    case .bool, .integer, .number: json.serialized()
    case .string(let text): "the string \(Quoted.text(text))"
    }
  }
}
