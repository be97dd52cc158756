import Measurements

/// A Nix file that says which model each role means.
///
/// ```nix
/// { services.aiStack = {
///     defaultLocalModelId = "org/big-4bit";
///     models = { default = null; coding = "big-27b"; };
///     roleOverrides = { fast = "org/small-4bit"; };
///     catalog.big-27b = { model = "org/big-4bit"; weightGb = 16.1; };
/// }; }
/// ```
///
/// A role means its override, else its entry in `models`, else the default id; null is no value. A value that is the name
/// of a set with a `model` means that model. Sets may be written by paths such as `models.default` as well. A role that has
/// the default id gets an override of its own, which is a new line and so proposed, never made unasked.
///
/// The file is searched, not evaluated, so whatever leaves a doubt which text decides is refused: two sets of one name,
/// sets of different hosts, a set that is computed or may be replaced, a role assigned twice, a value that isn't a plain
/// string on one line.
struct NixSource: RegistryForm {
  static let kind = RegistryKind.nix

  /// Where a role's value is.
  private enum Origin {
    /// Bindings of the role in one set: one, unless it is assigned twice.
    case bindings([NixBinding])
    /// The default id.
    case byDefault
  }

  private static let setNames = ["roleOverrides", "models"]
  private static let defaultName = "defaultLocalModelId"

  let entries: [Registry.Entry]
  private let bytes: [UInt8]
  private let finder: NixBindingFinder
  /// The set of overrides, or the bindings that are written as paths into it.
  private let overrides: Int?
  private let origins: [Role: Origin]
  private let defaultID: NixBinding?
  private let catalog: NixCatalog

  /// Nil if the file assigns no model that this form knows.
  ///
  /// - Throws: `unterminated` or `unbalancedBracket` for a file that is no Nix; `nestedTooDeep`, `setNotPlain`,
  ///   `setNotUnique`, `setReplaceable`, `setsApart`.
  init?(recognizing bytes: [UInt8]) throws(RegistryError.ContentProblem) {
    let finder = try NixBindingFinder(bytes)
    self.bytes = bytes
    self.finder = finder
    var sets: [String: Int] = [:]
    for name in Self.setNames { sets[name] = try finder.attribute(named: name) }
    try RegistryKind.checkCount(sets.values.reduce(0) { $0 + finder.members(of: $1).count })
    overrides = sets["roleOverrides"]
    let defaultID = try finder.value(named: Self.defaultName)
    var attributes = sets
    attributes[Self.defaultName] = defaultID?.attribute
    if let models = sets["models"], finder.isForeign(models, to: attributes.values) {
      sets["models"] = nil
      attributes["models"] = nil
    }
    try finder.checkNear(attributes)
    try finder.checkNames(in: "roleOverrides")
    let modelSets = Set(finder.bindings(named: "model").compactMap { finder.tree.attributes[$0.attribute].parent })
    let members = sets.mapValues { set in
      finder.members(of: set).filter { !$0.value.isAttributeSet || !modelSets.contains($0.attribute) }
    }
    let values = members.values.joined() + (defaultID.map { [$0] } ?? [])
    catalog = NixCatalog(in: finder, namedBy: sets.isEmpty ? nil : Set(values.compactMap(\.value.string)))
    self.defaultID = defaultID
    guard !sets.isEmpty || defaultID != nil || !catalog.isEmpty else { return nil }
    var order: [Role] = []
    var origins: [Role: Origin] = [:]
    for name in Self.setNames {
      let byRole = Dictionary(grouping: members[name] ?? []) { Role(rawValue: finder.name(of: $0)) }
      for role in (members[name] ?? []).map({ Role(rawValue: finder.name(of: $0)) }) {
        if !order.contains(role) { order.append(role) }
        guard origins[role] == nil, let all = byRole[role] else { continue }
        if all.count > 1 || all[0].value != .null { origins[role] = .bindings(all) }
      }
    }
    for role in order where origins[role] == nil { origins[role] = .byDefault }
    if defaultID != nil, origins["default"] == nil {
      order.append("default")
      origins["default"] = .byDefault
    }
    self.origins = origins
    entries = order.map { [catalog] role in
      Registry.Entry(
        role: role,
        meaning: Self.meaning(of: role, origins[role] ?? .byDefault, default: defaultID, catalog, finder))
    }
  }

  /// Whether the text is meant to be Nix, so that what is wrong with it as Nix is worth saying.
  static func isLikely(_ bytes: [UInt8]) -> Bool {
    let text = String(decoding: bytes, as: UTF8.self)
    return text.contains("=") && (setNames + [defaultName]).contains { text.contains($0) }
  }

  private static func meaning(
    of role: Role, _ origin: Origin, default defaultID: NixBinding?, _ catalog: NixCatalog,
    _ finder: NixBindingFinder
  ) -> Registry.Meaning {
    let binding: NixBinding
    switch origin {
    case .byDefault:
      guard let defaultID else { return .unset }
      if defaultID.value == .null { return .unset }
      binding = defaultID
    case .bindings(let all):
      guard all.count == 1 else {
        return .unusable(.roleRepeated(role, lines: all.map(finder.line).sorted()))
      }
      binding = all[0]
    }
    guard case .string(let text, _) = binding.value else {
      return .unusable(
        .valueNotPlain(role, line: finder.line(of: binding), origin: finder.origin(of: binding.value)))
    }
    if text.allSatisfy(\.isWhitespace) { return .unset }
    guard let models = catalog[text] else { return .model(ModelID(rawValue: text)) }
    guard models.count == 1 else {
      return .unusable(.setNotUnique(text, lines: models.map(finder.line).sorted()))
    }
    guard let id = models[0].value.string else {
      return .unusable(
        .valueNotPlain(role, line: finder.line(of: models[0]), origin: finder.origin(of: models[0].value)))
    }
    return id.allSatisfy(\.isWhitespace) ? .unset : .model(ModelID(rawValue: id))
  }
}

/// Edits.
extension NixSource {
  func implies(_ id: ModelID, of role: Role, by move: RegistryEdit.Move) -> Bool {
    if let text = defaultID?.value.string, text == id.rawValue { return true }
    return move == .model && catalogEntry(with: id) != nil
  }

  func rolesMoving(with role: Role) -> [Role] {
    guard let place = place(of: role) else { return [role] }
    return entries.map(\.role).filter { self.place(of: $0) == place }
  }

  func pointing(_ role: Role, at id: ModelID) throws(RegistryError.ContentProblem) -> FormEdit {
    guard case .bindings(let bindings) = origins[role], case .string(let text, let range) = bindings[0].value else {
      return try overriding(role, with: id)
    }
    try checkReferences(to: [role.rawValue], role)
    guard catalog[text] != nil else { return FormEdit(rewrites: [Rewrite(range, NixString.literal(id.rawValue))]) }
    guard let key = catalog.name(of: id, beside: text) else {
      throw .noKeyForModel(role, id, moving: rolesMoving(with: role))
    }
    return FormEdit(rewrites: [Rewrite(range, NixString.literal(key))])
  }

  func renamingModel(
    of role: Role, from present: ModelID, to id: ModelID
  ) throws(RegistryError.ContentProblem) -> FormEdit {
    let place: Range<Int>?
    if origins[role] != nil {
      place = self.place(of: role)
    } else if case .string(let text, let range) = defaultID?.value, text == present.rawValue {
      place = range
    } else {
      place = catalogEntry(with: present)
    }
    guard let place else { throw .modelNotShared(role) }
    try checkReferences(to: Set(catalog.names).union([Self.defaultName, "model"]), role)
    return FormEdit(rewrites: [Rewrite(place, NixString.literal(id.rawValue))])
  }

  /// The literal that several roles may share: of the default id, or of a catalog's model.
  private func place(of role: Role) -> Range<Int>? {
    let text: String
    var range: Range<Int>?
    switch origins[role] {
    case .bindings(let bindings):
      guard case .string(let value, _) = bindings[0].value else { return nil }
      text = value
    case .byDefault, nil:
      guard case .string(let value, let place) = defaultID?.value else { return nil }
      (text, range) = (value, place)
    }
    if let entries = catalog[text], entries.count == 1, case .string(_, let place) = entries[0].value { range = place }
    return range
  }

  /// - Throws: `valueShared` if a role may have its value from another place by one of some names.
  private func checkReferences(to names: Set<String>, _ role: Role) throws(RegistryError.ContentProblem) {
    let hasDefault = origins.values.contains { if case .byDefault = $0 { true } else { false } }
    if hasDefault, let defaultID, finder.mentions(anyOf: names, defaultID) {
      throw .valueShared(role, line: finder.line(of: defaultID))
    }
    for case .bindings(let bindings) in origins.values {
      for binding in bindings where finder.name(of: binding) != role.rawValue && finder.mentions(anyOf: names, binding)
      {
        throw .valueShared(role, line: finder.line(of: binding))
      }
    }
    // A role that isn't told may have its value by way of any other binding.
    let isTold = entries.allSatisfy { if case .unusable = $0.meaning { false } else { true } }
    if !isTold, let binding = finder.bindings.first(where: { finder.mentions(anyOf: names, $0) }) {
      throw .valueShared(role, line: finder.line(of: binding))
    }
  }

  private func catalogEntry(with id: ModelID) -> Range<Int>? {
    let found = catalog.models(with: id)
    guard found.count == 1, case .string(_, let range) = found[0].value else { return nil }
    return range
  }

  /// A new override, beside those that there are, or else after the default id.
  private func overriding(
    _ role: Role, with id: ModelID
  ) throws(RegistryError.ContentProblem) -> FormEdit {
    let assignment = "\(Self.attributeName(role)) = \(String(decoding: NixString.literal(id.rawValue), as: UTF8.self));"
    let reason = "role \"\(role)\" has the default id, so that it needs an override of its own, which is a new line"
    let set = overrides.flatMap { overrides in finder.bindings.first { $0.attribute == overrides } }
    if let set, case .attributeSet(let inside) = set.value {
      let last = finder.members(of: set.attribute).last { inside.contains($0.path.lowerBound) }
      guard let last else {
        return FormEdit(
          rewrites: [Rewrite(inserting: " \(assignment)", at: inside.lowerBound)], reasonsForOwner: [reason])
      }
      return FormEdit(rewrites: [try inserting(assignment, after: last)], reasonsForOwner: [reason])
    }
    let (neighbour, prefix): (NixBinding, Substring)
    if let overrides, let last = finder.members(of: overrides).last {
      (neighbour, prefix) = (last, text(last.path.lowerBound..<last.name.lowerBound)[...])
    } else if let defaultID {
      (neighbour, prefix) = (
        defaultID, "\(text(defaultID.path.lowerBound..<defaultID.name.lowerBound))roleOverrides."[...]
      )
    } else {
      throw .placeNotFound("roleOverrides.\(role)")
    }
    return FormEdit(rewrites: [try inserting(prefix + assignment, after: neighbour)], reasonsForOwner: [reason])
  }

  /// Writes a binding after another, on a line of its own if that has one.
  private func inserting(
    _ assignment: String, after neighbour: NixBinding
  ) throws(RegistryError.ContentProblem) -> Rewrite {
    guard let end = neighbour.end, !finder.tree.isLet[neighbour.attribute] else {
      throw .placeNotFound("a set for roleOverrides beside the binding at line \(finder.line(of: neighbour))")
    }
    let start = neighbour.path.lowerBound
    let lineStart = (bytes[..<start].lastIndex(of: 0x0A) ?? -1) + 1
    let indent = bytes[lineStart..<start]
    guard indent.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) else { return Rewrite(inserting: " \(assignment)", at: end) }
    // After the line's comment, if it has one.
    let rest = bytes[end...].prefix { $0 != 0x0A }
    let isFree = rest.first { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }.map { $0 == UInt8(ascii: "#") } ?? true
    guard isFree else { return Rewrite(inserting: " \(assignment)", at: end) }
    let lineEnd = rest.last == 0x0D ? "\r\n" : "\n"
    let insertion = rest.last == 0x0D ? rest.endIndex - 1 : rest.endIndex
    return Rewrite(inserting: lineEnd + text(lineStart..<start) + assignment, at: insertion)
  }

  private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  /// A role as the name of an attribute, in quotes unless it is an identifier.
  private static func attributeName(_ role: Role) -> String {
    let keywords = ["assert", "else", "if", "in", "inherit", "let", "or", "rec", "then", "with"]
    let name = role.rawValue
    let isIdentifier =
      name.utf8.enumerated().allSatisfy { index, byte in
        let scalar = Unicode.Scalar(byte)
        let isLetter = ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar == "_"
        return isLetter || index > 0 && (("0"..."9").contains(scalar) || scalar == "-" || scalar == "'")
      } && !keywords.contains(name)
    return isIdentifier ? name : String(decoding: NixString.literal(name), as: UTF8.self)
  }
}
