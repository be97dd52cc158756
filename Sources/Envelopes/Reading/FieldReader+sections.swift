import JSON

/// Objects.
extension FieldReader {
  /// A member that is an object, converted by `read`.
  package func section<Section>(_ key: String, _ read: (FieldReader) -> Section?) -> Section? {
    guard let object = value(key, expected: "an object", \.object) else { return nil }
    return self.read(object, path: path(of: key), read)
  }

  /// A member that is an array of objects, each converted by `read`.
  ///
  /// - Returns: Nil if any could not be read.
  package func sections<Section>(
    _ key: String, atLeast least: Int = 0, _ read: (FieldReader) -> Section?
  ) -> [Section]? {
    guard let elements = array(key, atLeast: least) else { return nil }
    let sections = elements.enumerated().map { index, element in
      self.read(element, path: "\(path(of: key))[\(index)]", read)
    }
    return sections.contains { $0 == nil } ? nil : sections.compactMap(\.self)
  }

  /// The value at a path inside this object, which must be an object, converted by `read`.
  func read<Section>(_ json: JSONValue, path: String, _ read: (FieldReader) -> Section?) -> Section? {
    guard let object = json.object else {
      problems.report(path, "must be an object, not \(json.kind)")
      return nil
    }
    return self.read(object, path: path, read)
  }

  private func read<Section>(_ object: JSONObject, path: String, _ read: (FieldReader) -> Section?) -> Section? {
    let fields = FieldReader(object, path: path, cells: cells, schema: schema, problems: problems)
    let section = read(fields)
    fields.reportUnknownKeys()
    return section
  }
}

/// Arrays.
extension FieldReader {
  /// A member that is an array of distinct strings without white space at their ends.
  package func words(_ key: String, atLeast least: Int) -> [String]? {
    guard let elements = array(key, atLeast: least) else { return nil }
    let places = elements.enumerated().map { ("\(path(of: key))[\($0)]", $1.string) }
    for (path, word) in places where !(word.map(Self.isTrimmed) ?? false) {
      problems.report(path, "must be a string that is not empty, without white space at its ends")
    }
    let words = places.compactMap { path, word in word.map { (path: path, name: $0) } }
    problems.reportRepeats(words)
    return words.count == elements.count ? words.map(\.name) : nil
  }

  /// Reports each element of an array that has the same strings in those members as an earlier one; compared as in the
  /// file, so that elements with other problems count.
  package func reportRepeats(in key: String, of members: [String]) {
    let names = (object[key]?.array ?? []).enumerated().compactMap { index, element in
      let name = members.compactMap { element[$0]?.string }.joined(separator: " of ")
      return name.isEmpty ? nil : (path: "\(path(of: key))[\(index)]", name: name)
    }
    problems.reportRepeats(names)
  }

  private func array(_ key: String, atLeast least: Int) -> [JSONValue]? {
    guard let elements = value(key, expected: "an array", \.array) else { return nil }
    guard elements.count >= least else {
      report(key, "needs at least \(least) element\(least == 1 ? "" : "s") but has \(elements.count)")
      return nil
    }
    return elements
  }

  private static func isTrimmed(_ word: String) -> Bool {
    guard let first = word.first, let last = word.last else { return false }
    return !first.isWhitespace && !last.isWhitespace
  }
}
