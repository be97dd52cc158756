/// The forms of access tokens and passwords: the prefixes of issuers, and text as random generators write it.
enum SecretForm {
  private static let prefixes = [
    "AIza", "AKIA", "ASIA", "dop_v1_", "eyJ", "ghp_", "gho_", "ghr_", "ghs_", "ghu_", "github_pat_", "glpat-", "gsk_",
    "hf_", "lin_api_", "npm_", "nvapi-", "pk_live_", "pplx-", "pypi-", "r8_", "rk_live_", "secret_", "sg.", "shpat_",
    "sk-", "sk_live_", "sk_test_", "tok_", "xai-", "xapp-", "xoxa-", "xoxb-", "xoxp-", "ya29.",
  ]
  private static let shortest = 16
  /// The shortest run of letters and digits that is taken for random.
  private static let shortestRun = 20

  /// Whether a word holds one.
  ///
  /// What names and versions are made of is told apart by its rhythm: a random run changes between small letters, capitals
  /// and digits every few characters. Runs of hexadecimal digits alone are taken for random from twenty on.
  static func isSecret(_ word: some StringProtocol) -> Bool {
    guard word.utf8.count >= shortest else { return false }
    if prefixes.contains(where: { isBegun(by: $0, in: word) }) { return true }
    return word.split { !isAlphanumeric($0) }.contains(where: isRandom)
  }

  /// Whether a text has a word that is one.
  static func isInside(_ text: String) -> Bool {
    text.split { !isAlphanumeric($0) && !"_-.+/=".contains($0) }.contains { word in
      word.utf8.count >= shortest && prefixes.contains { isBegun(by: $0, in: word) }
    }
  }

  /// Whether a prefix stands at the beginning of a word or of a part of it, with enough after it.
  private static func isBegun(by prefix: String, in word: some StringProtocol) -> Bool {
    var rest = Substring(word)
    while let range = rest.firstRange(of: prefix) {
      let before = range.lowerBound > rest.startIndex ? rest[rest.index(before: range.lowerBound)] : nil
      if before.map({ !isAlphanumeric($0) }) ?? true,
        rest[range.upperBound...].utf8.count >= shortest - prefix.utf8.count
      {
        return true
      }
      rest = rest[range.upperBound...]
    }
    return false
  }

  private static func isRandom(_ run: some StringProtocol) -> Bool {
    guard run.utf8.count >= shortestRun else { return false }
    if run.utf8.allSatisfy(\.isHexadecimalDigit) { return run.utf8.contains { (0x30...0x39).contains($0) } }
    let kinds = run.utf8.map { byte in
      (0x30...0x39).contains(byte) ? 0 : (0x41...0x5A).contains(byte) ? 1 : 2
    }
    let changes = zip(kinds, kinds.dropFirst()).count { $0 != $1 }
    return changes * 4 >= run.utf8.count && kinds.contains(0)
  }

  private static func isAlphanumeric(_ character: Character) -> Bool {
    character.isASCII && (character.isLetter || character.isNumber)
  }
}
