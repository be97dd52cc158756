import Foundation
import Platform

/// The `hf` command of huggingface_hub, which speaks to the hub.
public struct HubClient: Sendable {
  /// Names the executable.
  public static let environmentVariable = "RESIDENT_HF"
  /// Where `make hf` puts it, from the project's folder.
  public static let projectPath = ".resident/tools/hf"
  /// Holds the access token; this program hands it on to the command and keeps it nowhere.
  public static let tokenVariable = "HF_TOKEN"

  let executable: URL
  let environment: [String: String]

  public init(executable: URL, environment: [String: String] = ProcessInfo.processInfo.environment) {
    self.executable = executable
    self.environment = environment
  }

  /// The command that is named, or that of the environment, of `PATH` or of the project in the working folder.
  ///
  /// - Throws: `clientMissing`, or `client` where what is named can't be executed.
  public static func find(
    _ named: String? = nil, environment: [String: String] = ProcessInfo.processInfo.environment,
    in folder: URL = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
  ) throws(PublishError) -> HubClient {
    let executable: URL?
    do throws(Executable.Missing) {
      executable = try Executable.find(
        named, variable: environmentVariable, name: "hf", projectPath: projectPath, environment: environment,
        in: folder)
    } catch {
      throw .client(error.description)
    }
    guard let executable else { throw .clientMissing }
    return HubClient(executable: executable, environment: environment)
  }

  /// Whether the environment has a token.
  public var hasToken: Bool { environment[Self.tokenVariable].map { !$0.isEmpty } ?? false }

  /// A text without the token.
  func withoutToken(_ text: String) -> String {
    guard let token = environment[Self.tokenVariable], !token.isEmpty else { return text }
    return text.replacing(token, with: "<\(Self.tokenVariable)>")
  }
}
