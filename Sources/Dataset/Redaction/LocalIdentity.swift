import Foundation

/// The names that tell whose machine this is, and its secrets.
public struct LocalIdentity: Sendable, Equatable {
  public var homeFolder: String
  public var userNames: [String]
  public var hostNames: [String]
  /// Access tokens and passwords that this process was given.
  public var secrets: [String]

  public init(homeFolder: String, userNames: [String], hostNames: [String], secrets: [String] = []) {
    self.homeFolder = homeFolder
    self.userNames = userNames
    self.hostNames = hostNames
    self.secrets = secrets
  }

  /// The names and secrets of this process.
  public static var current: LocalIdentity {
    let host = ProcessInfo.processInfo.hostName
    let label = host.prefix { $0 != "." }
    return LocalIdentity(
      homeFolder: NSHomeDirectory(), userNames: [NSUserName(), NSFullUserName()], hostNames: [host, String(label)],
      secrets: secrets(in: ProcessInfo.processInfo.environment))
  }

  private static func secrets(in environment: [String: String]) -> [String] {
    environment.filter { name, value in
      value.utf8.count >= 8 && ["TOKEN", "SECRET", "PASSWORD", "API_KEY", "ACCESS_KEY"].contains(where: name.hasSuffix)
    }.map(\.value)
  }
}

/// Access tokens in text, recognized by the prefixes of their issuers.
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
