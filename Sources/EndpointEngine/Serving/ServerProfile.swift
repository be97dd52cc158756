/// How a server is started for one model.
///
/// In the words of the command, `{model}` is the model folder, `{gguf}` the one GGUF file in it, `{port}` a free port and
/// `{python}` the interpreter of the project.
public struct ServerProfile: Sendable, Equatable, Codable {
  public var name: String
  public var command: [String]
  /// The name under which the server knows the model; may hold `{model}`.
  public var servedModel: String

  public init(name: String, command: [String], servedModel: String) {
    self.name = name
    self.command = command
    self.servedModel = servedModel
  }

  /// Those that ship.
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
