import Measurements

/// The sets with a `model` that roles of a Nix file name, such as `big-27b = { model = "org/big-4bit"; }`.
///
/// Other programs' settings have a `model` too. Only sets beside one that a role names are entries, or all of them in a file
/// that has no roles.
struct NixCatalog {
  private struct Entry {
    /// The binding of `model`.
    let model: NixBinding
    /// The attribute whose set holds the entry.
    let group: Int
  }

  private let entries: [String: [Entry]]

  /// - Parameter names: The values of the roles; nil if the file has none.
  init(in finder: NixBindingFinder, namedBy names: Set<String>?) {
    var found: [String: [Entry]] = [:]
    for binding in finder.bindings(named: "model") {
      guard let set = finder.tree.attributes[binding.attribute].parent, let group = finder.tree.attributes[set].parent
      else { continue }
      found[finder.tree.attributes[set].name, default: []].append(Entry(model: binding, group: group))
    }
    guard let names else {
      entries = found
      return
    }
    // A model's id is no name of an entry, though other programs have sets of that name.
    let groups = Set(names.filter { !$0.contains("/") }.flatMap { found[$0] ?? [] }.map(\.group))
    entries = found.mapValues { $0.filter { groups.contains($0.group) } }.filter { !$0.value.isEmpty }
  }

  var isEmpty: Bool { entries.isEmpty }

  var names: some Sequence<String> { entries.keys }

  /// The `model` of the entries of a name; nil if there is none.
  subscript(_ name: String) -> [NixBinding]? { name.contains("/") ? nil : entries[name]?.map(\.model) }

  /// The `model` of every entry that has an id.
  func models(with id: ModelID) -> [NixBinding] {
    entries.values.joined().map(\.model).filter { $0.isString(id.rawValue) }
  }

  /// The first name of an entry that has an id and stands beside the one of a name.
  func name(of id: ModelID, beside name: String) -> String? {
    let groups = Set(entries[name]?.map(\.group) ?? [])
    return entries.filter { $0.value.count == 1 && groups.contains($0.value[0].group) }
      .filter { $0.value[0].model.isString(id.rawValue) }
      .keys.min()
  }
}

extension NixBinding {
  fileprivate func isString(_ text: String) -> Bool { value.string == text }
}

extension NixBinding.Value {
  /// The text of a plain string.
  var string: String? {
    guard case .string(let text, _) = self else { return nil }
    return text
  }
}
