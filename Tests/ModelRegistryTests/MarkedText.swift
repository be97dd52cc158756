import Measurements

@testable import ModelRegistry

/// A registry's text with guillemets around what an edit replaces.
struct MarkedText {
  let text: String
  private let parts: [Substring]

  init(_ marked: String) {
    text = marked.replacing("«", with: "").replacing("»", with: "")
    parts = marked.split(omittingEmptySubsequences: false) { "«»".contains($0) }
  }

  /// The text with something else in the marked places, in their order.
  func replacing(with replacements: String...) -> String {
    var result = ""
    for (index, part) in parts.enumerated() {
      result += index % 2 == 0 ? String(part) : index / 2 < replacements.count ? replacements[index / 2] : ""
    }
    return result
  }

  func registry(_ path: String = "registry") throws(RegistryError) -> Registry {
    try Registry(parsing: Array(text.utf8), path: path)
  }

  /// The text after an edit of one role.
  func pointing(
    _ role: Role, at id: ModelID, from present: ModelID = "o/a", by move: RegistryEdit.Move = .role
  ) throws -> (text: String, proposal: EditProposal) {
    let registry = try registry()
    let roles = move == .model ? registry.rolesMoving(with: role) : [role]
    let edit = try RegistryEdit(roles.map { .init(role: $0, expected: present, replacement: id) }, move: move)
    let proposal = try registry.proposal(for: edit)
    return (String(decoding: proposal.bytes, as: UTF8.self), proposal)
  }
}
