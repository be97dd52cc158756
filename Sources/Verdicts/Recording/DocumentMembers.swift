import JSON

/// The members of an object within a recorded verdict, read by name.
struct DocumentMembers {
  let json: JSONValue
  /// Where the object stands in the document; empty for the document itself.
  let path: String

  func string(_ name: String) throws(RecordedVerdict.Problem) -> String { try member(name, \.string) }
  func integer(_ name: String) throws(RecordedVerdict.Problem) -> Int { try member(name, \.integer) }
  func number(_ name: String) throws(RecordedVerdict.Problem) -> Double { try member(name, \.number) }

  func choice<Choice: RawRepresentable>(
    _ name: String
  ) throws(RecordedVerdict.Problem) -> Choice where Choice.RawValue == String {
    try member(name) { $0.string.flatMap(Choice.init(rawValue:)) }
  }

  func object(_ name: String) throws(RecordedVerdict.Problem) -> DocumentMembers {
    DocumentMembers(json: .object(try member(name, \.object)), path: path(of: name))
  }

  /// Each element of an array of objects, as `read` reads it.
  func list<Element>(
    _ name: String, _ read: (DocumentMembers) throws(RecordedVerdict.Problem) -> Element
  ) throws(RecordedVerdict.Problem) -> [Element] {
    var elements: [Element] = []
    for (index, json) in try member(name, \.array).enumerated() {
      elements.append(try read(DocumentMembers(json: json, path: "\(path(of: name))[\(index)]")))
    }
    return elements
  }

  /// Nil if the member is missing or no array of texts.
  func strings(_ name: String) -> [String]? {
    guard let array = json[name]?.array else { return nil }
    let strings = array.compactMap(\.string)
    return strings.count == array.count ? strings : nil
  }

  private func member<Value>(
    _ name: String, _ read: (JSONValue) -> Value?
  ) throws(RecordedVerdict.Problem) -> Value {
    guard let value = json[name].flatMap(read) else { throw RecordedVerdict.Problem(path: path(of: name)) }
    return value
  }

  private func path(of name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
}
