import JSON

/// Reads the members of one object of the file, and reports whatever is wrong with them.
///
/// A section asks for every member that it knows, by name, before it builds its value; members that it did not ask for
/// are unknown. Every method that returns nil has reported why, so a section with a nil can simply give up.
package final class FieldReader {
  package let path: String
  let cells: DeclaredCells
  /// Of the whole file.
  let schema: EnvelopeSchema
  package let problems: ProblemList
  package let object: JSONObject
  private var asked: [String] = []

  /// A reader for a file that is not an envelope.
  package convenience init(_ object: JSONObject, problems: ProblemList) {
    self.init(object, path: "", cells: DeclaredCells(.null), schema: .blocks, problems: problems)
  }

  init(_ object: JSONObject, path: String, cells: DeclaredCells, schema: EnvelopeSchema, problems: ProblemList) {
    self.object = object
    self.path = path
    self.cells = cells
    self.schema = schema
    self.problems = problems
  }

  package func path(of key: String) -> String { Quoted.pathPart(key, after: path) }

  package func report(_ key: String, _ message: @autoclosure () -> String) { problems.report(path(of: key), message()) }

  /// The member's value; nil if it is absent, which is not reported.
  package func optional(_ key: String) -> JSONValue? {
    if !asked.contains(key) { asked.append(key) }
    return object[key]
  }

  /// The member as `convert` makes it, `fallback` if it is absent.
  ///
  /// - Parameters:
  ///   - expected: What the member must be, for the message "must be …".
  ///   - fallback: Nil if the member must be present.
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

  private static func shown(_ json: JSONValue) -> String {
    switch json {
    case .null, .array, .object: json.kind
    case .bool, .integer, .number: json.serialized()
    case .string(let text): "the string \(Quoted.text(text))"
    }
  }

  /// Reports the members that were not asked for; call it last.
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
}

/// Finds the known key that a mistyped one was meant to be.
private enum NearestKey {
  /// The known key with the smallest edit distance, in bytes, to the given one; nil if more than half of the known key
  /// would have to change.
  ///
  /// - Complexity: O(*k* · *m*²), *k* known keys of length *m*.
  static func of(_ key: String, among known: [String]) -> String? {
    let candidates = known.compactMap { name -> (name: String, distance: Int)? in
      let limit = max(name.utf8.count / 2, 1)
      guard abs(name.utf8.count - key.utf8.count) <= limit else { return nil }
      let distance = distance(Array(key.utf8), Array(name.utf8))
      return distance <= limit ? (name, distance) : nil
    }
    return candidates.min { $0.distance < $1.distance }?.name
  }

  /// V. Levenshtein, *Soviet Physics Doklady* 10 (1966) 707-710, by rows.
  private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var row = Array(0...right.count)
    for (i, byte) in left.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, other) in right.enumerated() {
        let substituted = diagonal + (byte == other ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(substituted, diagonal + 1, row[j] + 1)
      }
    }
    return row[right.count]
  }
}
