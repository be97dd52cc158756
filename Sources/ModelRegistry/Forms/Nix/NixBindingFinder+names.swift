/// What the bindings say about a name, and whether that is certain.
extension NixBindingFinder {
  /// How many sets of one name are looked at for those of other programs.
  private static var foreignLimit: Int { 16 }
  /// To how many sets a name may be handed on.
  private static var placesLimit: Int { 64 }

  /// The one attribute of a name in the file, as a plain set or by paths such as `models.default`; nil if there is none.
  ///
  /// What a module declares below `options` is no assignment.
  ///
  /// - Throws: `setNotUnique`, `setNotPlain`, `setReplaceable`.
  func attribute(named name: String) throws(RegistryError.ContentProblem) -> Int? {
    var offsets: [Int: Int] = [:]
    var literals: [Int] = []
    var visited = Set<Int>()
    var elsewhere: NixBinding?
    for binding in bindings where !tree.isDeclared[binding.attribute] {
      if tree.attributes[binding.attribute].name == name {
        switch binding.value {
        case .attributeSet:
          literals.append(binding.path.lowerBound)
          offsets[binding.attribute] = binding.path.lowerBound
        case .computed, .expression: throw .setNotPlain(name, line: line(of: binding), origin: nil)
        case .reference, .imported: elsewhere = elsewhere ?? binding
        case .string, .null, .other: break
        }
      }
      var attribute = tree.attributes[binding.attribute].parent
      while let parent = attribute, visited.insert(parent).inserted {
        if tree.attributes[parent].name == name, offsets[parent] == nil { offsets[parent] = binding.path.lowerBound }
        attribute = tree.attributes[parent].parent
      }
    }
    for attribute in offsets.keys.sorted().prefix(Self.foreignLimit) where isForeign(attribute, to: offsets.keys) {
      literals.removeAll { $0 == offsets[attribute] }
      offsets[attribute] = nil
    }
    let candidates = literals.count > offsets.count ? literals : Array(offsets.values)
    guard candidates.count <= 1 else {
      throw .setNotUnique(name, lines: bytes.lines(of: candidates))
    }
    // One of the same name elsewhere may be what is written out here; another may not.
    if let elsewhere, offsets.isEmpty || !elsewhere.value.names(name) {
      throw .setNotPlain(name, line: line(of: elsewhere), origin: origin(of: elsewhere.value))
    }
    guard let (attribute, offset) = offsets.first else { return nil }
    if isReplaceable(attribute) { throw .setReplaceable(name, line: bytes.line(of: offset)) }
    return attribute
  }

  /// Refuses a set of a name that has members with computed names: they might come before others' values.
  ///
  /// - Throws: `setNotPlain`.
  func checkNames(in name: String) throws(RegistryError.ContentProblem) {
    for (attribute, offset) in computedNames
    where tree.attributes[attribute].name == name && !tree.isDeclared[attribute] {
      throw .setNotPlain(name, line: bytes.line(of: offset), origin: "a name in it is computed")
    }
  }

  /// The one binding of a name in the file; nil if there is none. One that hands on another of the name is not counted.
  ///
  /// - Throws: `setNotUnique`, `setReplaceable`.
  func value(named name: String) throws(RegistryError.ContentProblem) -> NixBinding? {
    let all = bindings(named: name)
    let written = all.filter { !$0.value.names(name) }
    let found = written.isEmpty ? all : written
    guard found.count <= 1 else { throw .setNotUnique(name, lines: bytes.lines(of: found.map(\.path.lowerBound))) }
    if let binding = found.first, isReplaceable(binding.attribute) {
      throw .setReplaceable(name, line: line(of: binding))
    }
    return found.first
  }

  /// Whether a condition chooses what holds an attribute, or `//` may replace it: that replaces members, not theirs.
  private func isReplaceable(_ attribute: Int) -> Bool {
    tree.isReplaceable[attribute] || tree.attributes[attribute].parent.map(merged.contains) == true
  }

  /// Refuses names that stand in sets of which neither holds the other, as those of two hosts do.
  ///
  /// - Throws: `setsApart`.
  func checkNear(_ attributes: [String: Int]) throws(RegistryError.ContentProblem) {
    let assigned = attributes.sorted { $0.key < $1.key }
    for (index, one) in assigned.enumerated() {
      for other in assigned[..<index] where !isNear(one.value, other.value) {
        throw .setsApart(other.key, one.key, lines: [other, one].map { lineOfFirst(in: $0.value) })
      }
    }
  }

  /// Whether one of two attributes stands in a set that holds the other, wherever they are handed on.
  private func isNear(_ one: Int, _ other: Int) -> Bool {
    let (ones, others) = (places(of: one), places(of: other))
    guard max(ones.count, others.count) <= Self.placesLimit else { return false }
    return ones.allSatisfy { first in
      others.allSatisfy { tree.contains(first, $0) || tree.contains($0, first) }
    }
  }

  /// The sets that have an attribute. One that a `let` binds is in those to which it is handed on by `inherit` or by its
  /// name, or else in none.
  private func places(of attribute: Int) -> [Int] {
    guard let parent = tree.attributes[attribute].parent else { return [] }
    guard tree.isLet[attribute], tree.attributes[parent].parent == nil else { return [parent] }
    return handedOn[tree.attributes[attribute].name] ?? []
  }

  /// Whether a set has nothing but sets and stands apart from others: other programs have `models` as well.
  func isForeign(_ set: Int, to others: some Sequence<Int>) -> Bool {
    members(of: set).allSatisfy(\.value.isAttributeSet) && others.contains { $0 != set && !isNear(set, $0) }
  }

  /// The line of an attribute's first binding, or of the first in its set.
  private func lineOfFirst(in attribute: Int) -> Int {
    bindings.first { $0.attribute == attribute || tree.attributes[$0.attribute].parent == attribute }.map(line) ?? 1
  }

  /// The bindings of the names in a set, in file order.
  func members(of attribute: Int) -> [NixBinding] {
    bindings.filter { tree.attributes[$0.attribute].parent == attribute }
  }

  /// The bindings of a name anywhere, but for what a module declares.
  func bindings(named name: String) -> [NixBinding] {
    bindings.filter { tree.attributes[$0.attribute].name == name && !tree.isDeclared[$0.attribute] }
  }

  func name(of binding: NixBinding) -> String { tree.attributes[binding.attribute].name }

  func line(of binding: NixBinding) -> Int { bytes.line(of: binding.path.lowerBound) }

  /// Whether the value of a binding that is not plain may be that of one of some names of the file.
  func mentions(anyOf names: Set<String>, _ binding: NixBinding) -> Bool {
    switch binding.value {
    case .attributeSet, .string, .null, .imported: return false
    case .computed, .reference, .expression, .other: break
    }
    let expression = bytes[binding.path.upperBound..<end(ofExpressionAfter: binding.path.upperBound)]
    return String(decoding: expression, as: UTF8.self).split { !($0.isLetter || $0.isNumber || "_-'".contains($0)) }
      .contains { names.contains(String($0)) }
  }

  /// The offset of the semicolon that ends a binding whose path ends at an offset, behind those of `let`, `with` and `assert`.
  private func end(ofExpressionAfter offset: Int) -> Int {
    var (low, high) = (0, tokens.count)
    while low < high {
      let middle = (low + high) / 2
      if tokens[middle].range.lowerBound < offset { low = middle + 1 } else { high = middle }
    }
    var index = low
    // Whether what is open ends at its semicolon, unlike a `let`, which ends at `in`.
    var open: [Bool] = []
    while index < tokens.count {
      let token = tokens[index]
      switch token.kind {
      case .word("let"): open.append(false)
      case .word("in"): if open.last == false { open.removeLast() }
      case .word("with"), .word("assert"): open.append(true)
      case _ where token.is(";"):
        guard let endsAtSemicolon = open.last else { return token.range.lowerBound }
        if endsAtSemicolon { open.removeLast() }
      // Of the next binding, if a semicolon is missing.
      case _ where token.is("=") && open.last == true: return token.range.lowerBound
      case _ where token.isClosing: return token.range.lowerBound
      default: break
      }
      index = (closings[index] ?? index) + 1
    }
    return bytes.count
  }

  /// Where the value of an expression can be seen to come from, in words; nil if it can't.
  func origin(of value: NixBinding.Value) -> String? {
    switch value {
    case .imported(let path): return "it is imported from \(path): name that file by --source, or write the value here"
    case .reference(let name):
      let last = name.split(separator: ".").last.map(String.init) ?? name
      for binding in bindings where self.name(of: binding) == last {
        guard case .string = binding.value else { continue }
        return "it is `\(name)`, which line \(line(of: binding)) sets"
      }
      return "it is `\(name)`"
    default: return nil
    }
  }
}
