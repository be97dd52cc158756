/// Reduces what is exported to what may leave the machine: names by their form, sentences by theirs, and neither if they name
/// this machine or its user.
struct Redactor: Sendable {
  /// What stands in place of each name, the longest name first.
  private let replacements: [(name: [Unicode.Scalar], stand: String, what: String)]
  private let homeFolder: [Unicode.Scalar]

  /// Names that say nothing about a person.
  private static let generic: Set<String> = [
    "admin", "administrator", "home", "localdomain", "localhost", "root", "runner", "system", "ubuntu", "user",
  ]

  init(identity: LocalIdentity) {
    let users = identity.userNames.map { ($0, "<user>", "the user's name") }
    let hosts = identity.hostNames.map { ($0, "<host>", "the host's name") }
    let secrets = identity.secrets.map { ($0, "<secret>", "an access token") }
    replacements = (users + hosts + secrets)
      .filter { $0.0.count > 2 && !Self.generic.contains($0.0.lowercased()) }
      .sorted { $0.0.utf8.count > $1.0.utf8.count }
      .map { (Array($0.0.unicodeScalars.map(\.lowercased)), $0.1, $0.2) }
    homeFolder = identity.homeFolder.count > 1 ? Array(identity.homeFolder.unicodeScalars) : []
  }

  /// What a text reveals of this machine, in words; nil if nothing. Paths that name nobody are fine.
  func revelation(in text: String) -> String? {
    if replaceHome(in: text) != text { return "the home folder" }
    if SecretForm.isInside(text) { return "an access token" }
    return replacements.first { replacing($0.name, in: text, with: $0.stand) != text }?.what
  }

  private func replaceHome(in text: String) -> String {
    Self.replacing(homeFolder, in: text, with: "~", comparing: { $0 }) { !($1?.properties.isAlphabetic ?? false) }
  }

  private func replacing(_ name: [Unicode.Scalar], in text: String, with stand: String) -> String {
    Self.replacing(name, in: text, with: stand, comparing: \.lowercased) { before, after in
      !(before?.properties.isAlphabetic ?? false) && !(after?.properties.isAlphabetic ?? false)
    }
  }

  /// Replaces each occurrence whose neighbours show that it is a whole name.
  private static func replacing(
    _ name: [Unicode.Scalar], in text: String, with stand: String, comparing key: (Unicode.Scalar) -> Unicode.Scalar,
    where isWhole: (Unicode.Scalar?, Unicode.Scalar?) -> Bool
  ) -> String {
    let scalars = Array(text.unicodeScalars)
    guard let first = name.first else { return text }
    var result = String.UnicodeScalarView()
    var index = 0
    while index < scalars.count {
      let end = index + name.count
      if key(scalars[index]) == first, end <= scalars.count,
        zip(scalars[index..<end], name).allSatisfy({ key($0) == $1 }),
        isWhole(index > 0 ? scalars[index - 1] : nil, end < scalars.count ? scalars[end] : nil)
      {
        result.append(contentsOf: stand.unicodeScalars)
        index = end
      } else {
        result.append(scalars[index])
        index += 1
      }
    }
    return String(result)
  }
}

extension Unicode.Scalar {
  /// The scalar in lower case if that is a single one, else itself.
  fileprivate var lowercased: Unicode.Scalar {
    let lower = properties.lowercaseMapping.unicodeScalars
    return lower.count == 1 ? lower.first ?? self : self
  }
}
