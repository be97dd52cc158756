import Foundation
import Platform

/// The `hf` command of huggingface_hub, which talks to the hub.
public struct HubClient: Sendable {
  /// The environment variable that names the executable.
  public static let environmentVariable = "RESIDENT_HF"
  /// Where `make hf` puts it, from the project's folder.
  public static let projectPath = ".resident/tools/hf"
  /// The environment variable with the access token, which is passed to the command and kept nowhere.
  public static let tokenVariable = "HF_TOKEN"

  let executable: URL
  let environment: [String: String]

  public init(executable: URL, environment: [String: String] = ProcessInfo.processInfo.environment) {
    self.executable = executable
    self.environment = environment
  }

  /// The first executable of these: the named one, that of the environment variable, of `PATH`, of the project in the
  /// working folder.
  ///
  /// - Throws: `clientMissing` if there is none, `client` if what is named can't be executed.
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

  /// The text without the token.
  func withoutToken(_ text: String) -> String {
    guard let token = environment[Self.tokenVariable], !token.isEmpty else { return text }
    return text.replacing(token, with: "<\(Self.tokenVariable)>")
  }
}

extension HubClient {
  /// What the command printed, and how it ended.
  struct Output {
    /// The exit status; -1 after a signal.
    let status: Int32
    let standardOutput: Data
    /// What it printed on standard error, without the token.
    let message: String
  }

  /// Environment variables with which an upload is one commit and only the hub is contacted.
  private static let settings = [
    // With Xet, an upload of many files is split into several commits.
    "HF_HUB_DISABLE_XET": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_UPDATE_CHECK": "1",
  ]

  /// Runs the command to its end.
  ///
  /// - Parameter progress: Called with parts of its standard error while it runs; nil for a command without progress.
  /// - Throws: `client` if it can't be started.
  func run(_ arguments: [String], progress: ((String) -> Void)? = nil) throws(PublishError) -> Output {
    let variables = environment.merging(Self.settings) { $1 }
      .merging(["HF_HUB_DISABLE_PROGRESS_BARS": progress == nil ? "1" : "0"]) { $1 }
    do {
      let output = try ProgramOutput(running: executable, arguments, environment: variables) { part in
        progress?(withoutToken(String(decoding: part, as: UTF8.self)))
      }
      let status = if case .exited(let code) = output.exit { code } else { Int32(-1) }
      return Output(
        status: status, standardOutput: output.bytes,
        message: withoutToken(String(decoding: output.errors, as: UTF8.self)))
    } catch {
      throw .client("\(executable.path) could not be run: \(error)")
    }
  }

  /// Makes a new temporary folder, which the caller removes.
  static func temporaryFolder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("resident-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }
}

extension HubClient.Output {
  /// The hub has no dataset of that name for this token.
  var isNotFound: Bool { message.contains("Dataset '") && message.contains("' not found.") }

  /// The hub does not accept the token for this.
  var isRefused: Bool { ["401 Unauthorized", "403 Forbidden"].contains(where: message.contains) }

  /// Somebody else has written to the repository meanwhile.
  var isConflict: Bool { ["409 Conflict", "412 Precondition Failed"].contains(where: message.contains) }

  /// The message that is marked as an error, else the last line.
  var reason: String {
    let lines = message.split { $0.isNewline }.map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    guard let start = lines.lastIndex(where: { $0.hasPrefix("Error: ") }) else {
      return String((lines.last ?? "it ended with status \(status)").prefix(400))
    }
    let marked = lines[start...].prefix { !$0.hasPrefix("Hint:") }.joined(separator: " ")
    return String(marked.dropFirst("Error: ".count).prefix(400))
  }
}
