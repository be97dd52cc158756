import JSON

/// The members of a JSON object, read by name and type, with their path for messages.
struct JSONFields {
  let object: JSONObject
  let path: String

  init(_ value: JSONValue, path: String) throws(TokenizerProblem) {
    guard let object = value.object else { throw .field(path, problem: "is \(value.kind) instead of an object") }
    self.object = object
    self.path = path
  }

  func path(of name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

  /// The value of that name; nil if it is absent or null.
  subscript(name: String) -> JSONValue? { object[name].flatMap { $0 == .null ? nil : $0 } }

  func bool(_ name: String, default missing: Bool) throws(TokenizerProblem) -> Bool {
    guard let value = self[name] else { return missing }
    guard let bool = value.bool else { throw mismatch(name, value, "a boolean") }
    return bool
  }

  func bool(_ name: String) throws(TokenizerProblem) -> Bool {
    guard self[name] != nil else { throw .field(path(of: name), problem: "is missing") }
    return try bool(name, default: false)
  }

  /// A whole number that is not negative.
  func count(_ name: String) throws(TokenizerProblem) -> Int {
    guard let value = self[name] else { throw .field(path(of: name), problem: "is missing") }
    guard let count = value.integer, count >= 0 else { throw mismatch(name, value, "a whole number from 0 on") }
    return count
  }

  func optionalString(_ name: String) throws(TokenizerProblem) -> String? {
    guard let value = self[name] else { return nil }
    guard let string = value.string else { throw mismatch(name, value, "a string") }
    return string
  }

  func string(_ name: String) throws(TokenizerProblem) -> String {
    guard let string = try optionalString(name) else { throw .field(path(of: name), problem: "is missing") }
    return string
  }

  /// A string of one scalar.
  func scalar(_ name: String) throws(TokenizerProblem) -> Unicode.Scalar {
    let scalars = try string(name).unicodeScalars
    guard let scalar = scalars.first, scalars.count == 1 else {
      throw .field(path(of: name), problem: "is not one character")
    }
    return scalar
  }

  func array(_ name: String) throws(TokenizerProblem) -> [JSONValue] {
    guard let value = self[name] else { throw .field(path(of: name), problem: "is missing") }
    guard let array = value.array else { throw mismatch(name, value, "an array") }
    return array
  }

  func fields(_ name: String) throws(TokenizerProblem) -> JSONFields {
    guard let value = self[name] else { throw .field(path(of: name), problem: "is missing") }
    return try JSONFields(value, path: path(of: name))
  }

  /// Requires that a switch, if present, is in the only position supported.
  func require(_ name: String, is supported: Bool, default missing: Bool) throws(TokenizerProblem) {
    guard try bool(name, default: missing) != supported else { return }
    throw .unsupported(field: path(of: name), value: "\(!supported)", supported: ["\(supported)"])
  }

  /// The problem of a stage whose `type` is not known.
  func unread(_ stage: TokenizerStage, kind: String, read: [String]) -> TokenizerProblem {
    .unread(stage, kind: kind, field: path(of: "type"), read: read.sorted())
  }

  private func mismatch(_ name: String, _ value: JSONValue, _ expected: String) -> TokenizerProblem {
    .field(path(of: name), problem: "is \(value.kind) instead of \(expected)")
  }
}

/// Runs a step of reading JSON, whose error becomes a `TokenizerProblem`.
func reading<Value>(_ step: @autoclosure () throws(JSONError) -> Value) throws(TokenizerProblem) -> Value {
  do throws(JSONError) { return try step() } catch { throw .json(error) }
}

extension JSONReader {
  /// Calls `member` at each member's value with its name; it must consume that value.
  ///
  /// - Throws: `.field` for a name that occurs twice: readers disagree on which one counts.
  mutating func forEachMember(
    _ member: (inout JSONReader, String) throws(TokenizerProblem) -> Void
  ) throws(TokenizerProblem) {
    try reading(expect(UInt8(ascii: "{")))
    if consume(UInt8(ascii: "}")) { return }
    var names = Set<[UInt8]>()
    repeat {
      let name = try reading(readString())
      guard names.insert(Array(name.utf8)).inserted else { throw .field(name, problem: "occurs twice in one object") }
      try reading(expect(UInt8(ascii: ":")))
      try member(&self, name)
    } while consume(UInt8(ascii: ","))
    try reading(expect(UInt8(ascii: "}")))
  }
}
