import Measurements
import Yams

/// YAML of llama-swap: models by id, and the roles among their aliases.
///
/// ```yaml
/// models:
///   "org/big-4bit":
///     cmd: mlx_lm.server --model org/big-4bit --port ${PORT}
///     aliases: [coding, default]
/// ```
///
/// A role moves as one name does: out of one model's aliases and into another's. A model's id can't be changed alone, since
/// its command starts the model.
///
/// Format: the `config.yaml` that llama-swap documents.
struct LlamaSwap: RegistryForm {
  static let kind = RegistryKind.llamaSwap

  private struct Model {
    let id: String
    let key: Node
    let value: Node
    /// The member `aliases`, if there is one.
    let aliases: (key: Node, value: Node)?

    var names: [Node] { aliases?.value.sequence.map(Array.init) ?? [] }
  }

  let entries: [Registry.Entry]
  private let text: YAMLText
  private let models: [Model]

  /// Nil if the text is of another form.
  ///
  /// - Throws: `tooManyRoles`.
  init?(_ text: YAMLText) throws(RegistryError.ContentProblem) {
    guard let members = text.root["models"]?.mapping, members.contains(where: { $0.value.mapping?["cmd"] != nil })
    else { return nil }
    self.text = text
    let models = members.compactMap { member -> Model? in
      guard let id = member.key.scalar?.string, let settings = member.value.mapping else { return nil }
      let aliases = settings.first { $0.key.scalar?.string == "aliases" }
      return Model(id: id, key: member.key, value: member.value, aliases: aliases.map { ($0.key, $0.value) })
    }
    self.models = models
    var homes: [(role: Role, home: String, line: Int)] = []
    for model in models {
      for name in model.names {
        if let alias = name.scalar?.string { homes.append((Role(rawValue: alias), model.id, text.line(of: name))) }
      }
    }
    try RegistryKind.checkCount(homes.count)
    var seen = Set<Role>()
    entries = homes.filter { seen.insert($0.role).inserted }.map { first in
      let all = homes.filter { $0.role == first.role }
      return Registry.Entry(
        role: first.role,
        meaning: all.count > 1
          ? .unusable(.roleRepeated(first.role, lines: all.map(\.line)))
          : .model(ModelID(rawValue: first.home)))
    }
  }

  func pointing(_ role: Role, at id: ModelID) throws(RegistryError.ContentProblem) -> FormEdit {
    guard let target = models.first(where: { $0.id == id.rawValue }) else {
      throw .noModelForID(role, id, known: models.map { ModelID(rawValue: $0.id) })
    }
    guard !isShared(target) else { throw .valueShared(role, line: text.line(of: target.key)) }
    for source in models {
      guard let index = source.names.firstIndex(where: { $0.scalar?.string == role.rawValue }) else { continue }
      guard !text.isAnchored(source.value), !hasSharedNames(source) else {
        throw .valueShared(role, line: text.line(of: source.key))
      }
      let names = try AliasList(source.names, of: source.aliases, role: role, in: text)
      let written = String(decoding: text.bytes[names.items[index].text], as: UTF8.self)
      return FormEdit(rewrites: names.removing(index) + [try inserting(written, role, into: target)])
    }
    throw .placeNotFound("aliases: \(role)")
  }

  /// Whether a model's settings are others' as well, or aliases of its own would hide merged ones.
  private func isShared(_ model: Model) -> Bool {
    let merges = model.value.mapping?.contains { $0.key.scalar?.string == "<<" } ?? false
    return text.isAnchored(model.value) || hasSharedNames(model) || merges && model.aliases == nil
  }

  /// Whether others may stand for a model's list of aliases.
  private func hasSharedNames(_ model: Model) -> Bool {
    guard let aliases = model.aliases, case .collection = text.place(of: aliases.value, after: aliases.key) else {
      return false
    }
    return text.isAnchored(aliases.value)
  }

  func renamingModel(
    of role: Role, from present: ModelID, to id: ModelID
  ) throws(RegistryError.ContentProblem) -> FormEdit {
    throw .modelNotRenamable(role)
  }

  private func inserting(
    _ name: String, _ role: Role, into model: Model
  ) throws(RegistryError.ContentProblem) -> Rewrite {
    let problem = RegistryError.ContentProblem.valueNotPlain(role, line: text.line(of: model.key), origin: nil)
    if let aliases = model.aliases {
      if case .empty(let colon) = text.place(of: aliases.value, after: aliases.key) {
        return Rewrite(inserting: " [\(name)]", at: colon)
      }
      return try AliasList(model.names, of: aliases, role: role, in: text).appending(name)
    }
    guard case .collection(let start) = text.place(of: model.value, after: model.key),
      let first = model.value.mapping?.first
    else { throw problem }
    if text.bytes[start] == UInt8(ascii: "{") { return Rewrite(inserting: "aliases: [\(name)], ", at: start + 1) }
    guard let key = text.offset(of: first.key) else { throw problem }
    let indent = text.bytes[text.lineStart(of: key)..<key]
    guard indent.allSatisfy({ $0 == 0x20 }) else { throw problem }
    return Rewrite(
      inserting: "aliases: [\(name)]\(text.lineEnd)\(String(decoding: indent, as: UTF8.self))", at: key)
  }
}

/// The aliases of a model as they are written: in brackets, or one per line.
private struct AliasList {
  private let text: YAMLText
  /// Where each name is.
  let items: [YAMLScalar]
  /// The bracket; nil if there is a line per name.
  private let bracket: Int?
  private let colon: Int

  init(
    _ names: [Node], of aliases: (key: Node, value: Node)?, role: Role, in text: YAMLText
  ) throws(RegistryError.ContentProblem) {
    guard let aliases, let colon = text.colonEnd(of: aliases.key) else { throw .placeNotFound("aliases: \(role)") }
    let problem = RegistryError.ContentProblem.valueNotPlain(role, line: text.line(of: aliases.key), origin: nil)
    guard case .collection(let start) = text.place(of: aliases.value, after: aliases.key) else { throw problem }
    var items: [YAMLScalar] = []
    for name in names {
      // A name that an alias stands for is written elsewhere.
      guard let scalar = name.scalar, let offset = text.offset(of: name),
        offset > items.last?.text.upperBound ?? start - 1, let item = YAMLScalar(scalar, at: offset, in: text),
        !item.isAnchored
      else { throw problem }
      items.append(item)
    }
    self.text = text
    self.items = items
    self.colon = colon
    bracket = text.bytes[start] == UInt8(ascii: "[") ? start : nil
    guard bracket != nil || !items.isEmpty else { throw problem }
  }

  /// Takes one name out, and keeps what is said of it in a comment.
  func removing(_ index: Int) -> [Rewrite] {
    let item = items[index].text
    return bracket == nil ? removingLine(of: item) : removingInBrackets(index, item)
  }

  private func removingInBrackets(_ index: Int, _ item: Range<Int>) -> [Rewrite] {
    let comma = text.significant(from: item.upperBound)
    if comma < text.bytes.count, text.bytes[comma] == UInt8(ascii: ",") {
      guard text.bytes[item.upperBound..<comma].allSatisfy({ $0 == 0x20 || $0 == 0x09 }) else {
        return [Rewrite(item, []), Rewrite(comma..<comma + 1, [])]
      }
      let end = text.bytes[(comma + 1)...].firstIndex { $0 != 0x20 && $0 != 0x09 } ?? comma + 1
      return [Rewrite(item.lowerBound..<end, [])]
    }
    guard index > 0 else { return [Rewrite(item, [])] }
    let before = text.significant(from: items[index - 1].text.upperBound)
    let spaces = text.bytes[..<item.lowerBound].reversed().prefix { $0 == 0x20 || $0 == 0x09 }.count
    let start = item.lowerBound - spaces
    return start == before + 1
      ? [Rewrite(before..<item.upperBound, [])]
      : [Rewrite(before..<before + 1, []), Rewrite(start..<item.upperBound, [])]
  }

  private func removingLine(of item: Range<Int>) -> [Rewrite] {
    let start = text.lineStart(of: item.lowerBound)
    let end = text.nextLine(after: item.lowerBound)
    let rest = text.bytes[item.upperBound..<end]
    let comment = rest.firstIndex(of: UInt8(ascii: "#"))
    let indent = text.bytes[start...].firstIndex { $0 != 0x20 } ?? start
    let removal = comment.map { Rewrite(indent..<$0, []) } ?? Rewrite(start..<end, [])
    return items.count > 1 ? [removal] : [Rewrite(inserting: " []", at: colon), removal]
  }

  func appending(_ name: String) -> Rewrite {
    guard let bracket else { return appendingLine(name) }
    guard let last = items.last else { return Rewrite(inserting: name, at: bracket + 1) }
    return Rewrite(inserting: ", \(name)", at: last.text.upperBound)
  }

  /// A line like the last one.
  private func appendingLine(_ name: String) -> Rewrite {
    let last = items[items.count - 1].text
    let start = text.lineStart(of: last.lowerBound)
    let lead = String(decoding: text.bytes[start..<last.lowerBound], as: UTF8.self)
    let end = text.nextLine(after: last.lowerBound)
    let endsInBreak = end > 0 && [0x0A, 0x0D].contains(text.bytes[end - 1])
    return Rewrite(
      inserting: endsInBreak ? lead + name + text.lineEnd : text.lineEnd + lead + name, at: end)
  }
}
