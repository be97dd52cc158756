import Foundation

/// Where the registry is: the command line's word, else the environment's, else the default.
public enum RegistryLocation {
  /// The environment variable that overrides the default path.
  public static let environmentVariable = "RESIDENT_REGISTRY"
  /// The default path, below the home folder.
  public static let defaultPath = ".config/ai-stack/registry.json"

  /// The registry's file; a leading `~/` of either override means the home folder, an empty override counts as none.
  public static func url(
    override: String?, environment: [String: String] = ProcessInfo.processInfo.environment,
    home: URL = FileManager.default.homeDirectoryForCurrentUser
  ) -> URL {
    let chosen = [override, environment[environmentVariable]].compactMap { $0 }.first { !$0.isEmpty }
    guard let path = chosen else { return home.appendingPathComponent(defaultPath) }
    if path.hasPrefix("~/") { return home.appendingPathComponent(String(path.dropFirst(2))) }
    return URL(fileURLWithPath: path)
  }
}
