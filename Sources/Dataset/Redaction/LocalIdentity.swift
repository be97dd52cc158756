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
