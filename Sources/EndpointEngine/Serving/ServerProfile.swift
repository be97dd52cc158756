import Foundation

/// How a server is started for one model.
///
/// In the command's words, `{model}` stands for the model folder, `{gguf}` for the one GGUF file in it, `{port}` for a free
/// port and `{python}` for the project's interpreter.
public struct ServerProfile: Sendable, Equatable, Codable {
  public var name: String
  public var command: [String]
  /// The name under which the server knows the model; may contain `{model}`.
  public var servedModel: String

  public init(name: String, command: [String], servedModel: String) {
    self.name = name
    self.command = command
    self.servedModel = servedModel
  }

  /// The profiles that ship.
  public static let all = [
    ServerProfile(
      name: "mlx_lm.server",
      command: [
        "{python}", "-m", "mlx_lm", "server", "--model", "{model}", "--host", "127.0.0.1", "--port", "{port}",
      ], servedModel: "default_model"),
    ServerProfile(
      name: "vllm-mlx", command: ["vllm-mlx", "serve", "{model}", "--host", "127.0.0.1", "--port", "{port}"],
      servedModel: "{model}"),
    ServerProfile(
      name: "llama-server",
      command: ["llama-server", "--model", "{gguf}", "--host", "127.0.0.1", "--port", "{port}", "--parallel", "1"],
      servedModel: "default"),
    ServerProfile(
      name: "llama-swap", command: ["llama-swap", "--config", "llama-swap.yaml", "--listen", "127.0.0.1:{port}"],
      servedModel: "{model}"),
  ]

  public static func named(_ name: String) -> ServerProfile? { all.first { $0.name == name } }
}

/// A profile's command for one model folder.
struct ServerCommand {
  private let profile: ServerProfile
  private let folder: URL
  private let python: String

  init(_ profile: ServerProfile, folder: URL, python: String?) {
    self.profile = profile
    self.folder = folder
    self.python = python ?? "python3"
  }

  var name: String { profile.name }
  var servedModel: String { profile.servedModel.replacingOccurrences(of: "{model}", with: folder.path) }

  /// The words, filled in.
  ///
  /// - Throws: `.notStarted` if the command needs a GGUF file and the folder has none, or several.
  func words(port: Int) throws(EndpointError) -> [String] {
    var words: [String] = []
    for word in profile.command {
      var word = word.replacingOccurrences(of: "{model}", with: folder.path)
        .replacingOccurrences(of: "{port}", with: String(port)).replacingOccurrences(of: "{python}", with: python)
      if word.contains("{gguf}") { word = word.replacingOccurrences(of: "{gguf}", with: try ggufPath) }
      words.append(word)
    }
    return words
  }

  private var ggufPath: String {
    get throws(EndpointError) {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
      let files = names.filter { $0.hasSuffix(".gguf") }
      guard files.count == 1 else {
        throw .notStarted(
          command: profile.name, reason: "\(folder.path) must hold one GGUF file, it holds \(files.count)")
      }
      return folder.appendingPathComponent(files[0]).path
    }
  }
}
