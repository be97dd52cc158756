/// Access tokens in text, known by how their issuers let them begin.
enum Secrets {
  private static let prefixes = [
    "AIza", "AKIA", "ASIA", "dop_v1_", "eyJ", "ghp_", "gho_", "ghr_", "ghs_", "ghu_", "github_pat_", "glpat-", "hf_",
    "npm_", "pypi-", "shpat_", "sk-", "sk_live_", "xoxa-", "xoxb-", "xoxp-", "ya29.",
  ]
  private static let shortest = 16

  /// The text with each token replaced.
  static func removed(from text: String) -> String {
    guard prefixes.contains(where: text.contains) else { return text }
    var result = ""
    var word = ""
    for character in text + " " {
      if character.isASCII, character.isLetter || character.isNumber || "_-.".contains(character) {
        word.append(character)
      } else {
        result += isSecret(word) ? "<secret>" : word
        result.append(character)
        word = ""
      }
    }
    return String(result.dropLast())
  }

  private static func isSecret(_ word: String) -> Bool {
    word.utf8.count >= shortest && prefixes.contains { word.contains($0) }
  }
}
