import JSON

/// One place at which two JSON values differ.
struct JSONDifference: CustomStringConvertible {
  let path: String
  let published: String
  let recomputed: String

  var description: String { "\(path.isEmpty ? "the verdict" : path): published \(published), recomputed \(recomputed)" }

  /// Members with texts for people, which may quote what does not leave a machine.
  private static let freeText: Set<String> = ["message", "reason"]

  /// The first twenty places at which two values differ, without texts for people and the paths in `exceptions`.
  static func all(_ published: JSONValue, _ recomputed: JSONValue, but exceptions: Set<String> = []) -> [JSONDifference]
  {
    Array(differences(published, recomputed, "").filter { !exceptions.contains($0.path) }.prefix(20))
  }

  private static func differences(_ one: JSONValue, _ other: JSONValue, _ path: String) -> [JSONDifference] {
    switch (one, other) {
    case (.object(let left), .object(let right)):
      let names = left.names + right.names.filter { left[$0] == nil }
      return names.filter { !freeText.contains($0) }.flatMap { name in
        let path = path.isEmpty ? name : "\(path).\(name)"
        return differences(left[name] ?? .null, right[name] ?? .null, path)
      }
    case (.array(let left), .array(let right)) where left.count == right.count:
      return zip(left, right).enumerated().flatMap { differences($1.0, $1.1, "\(path)[\($0)]") }
    default:
      guard !isSame(one, other) else { return [] }
      return [JSONDifference(path: path, published: shown(one), recomputed: shown(other))]
    }
  }

  /// Whether two values are the same. Numbers may differ in the last digits, as mathematical libraries do.
  private static func isSame(_ one: JSONValue, _ other: JSONValue) -> Bool {
    if one == other { return true }
    guard let left = one.number, let right = other.number else { return false }
    return abs(left - right) <= 1e-9 * max(abs(left), abs(right))
  }

  private static func shown(_ value: JSONValue) -> String {
    let text = value.serialized()
    return text.count > 80 ? text.prefix(80) + "…" : text
  }
}
