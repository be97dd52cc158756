import Foundation

/// The names that tell whose machine this is.
public struct LocalIdentity: Sendable, Equatable {
  public var homeFolder: String
  public var userNames: [String]
  public var hostNames: [String]

  public init(homeFolder: String, userNames: [String], hostNames: [String]) {
    self.homeFolder = homeFolder
    self.userNames = userNames
    self.hostNames = hostNames
  }

  /// Those of this process.
  public static var current: LocalIdentity {
    let host = ProcessInfo.processInfo.hostName
    let label = host.prefix { $0 != "." }
    return LocalIdentity(
      homeFolder: NSHomeDirectory(), userNames: [NSUserName(), NSFullUserName()], hostNames: [host, String(label)])
  }
}
