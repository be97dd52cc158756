import ArgumentParser
import EndpointEngine
import Foundation
import JSON
import MLXEngine
import Measurements
import ModelRegistry
import Runner
import WorkerProtocol

/// Which engine measures, and what it needs to be started.
struct EngineOptions: ParsableArguments {
  @Option(help: "Which engine measures: \(EngineChoice.allCases.map(\.rawValue).joined(separator: ", ")).")
  var engine: EngineChoice = .native

  @Option(
    help: ArgumentHelp(
      """
      The Python interpreter of the mlx engine. Default: $\(PythonInterpreter.environmentVariable), else the one in \
      \(PythonInterpreter.projectEnvironments.joined(separator: " or ")).
      """, valueName: "program"), completion: .file())
  var python: String?

  @OptionGroup(title: "Endpoint engine") var endpoint: EndpointOptions

  /// The command that starts a worker for these models.
  ///
  /// - Throws: `MLXError` if the mlx engine can't be started, `ValidationError` if no endpoint is given.
  func command(for contenders: [MeasurementPlan.Contender], registry: URL) throws -> WorkerCommand {
    switch engine {
    case .native: return ProgramIdentity.worker
    case .mlx:
      let environment = try MLXEnvironment(checking: PythonInterpreter(named: python))
      return MLXWorker.command(environment.interpreter)
    case .endpoint:
      let interpreter = try? PythonInterpreter(named: python).executable.path
      let settings = try endpoint.settings(for: contenders, python: interpreter, registry: registry)
      let text = String(decoding: try JSONEncoder().encode(settings), as: UTF8.self)
      return WorkerCommand(executable: ProgramIdentity.executable, arguments: ["engine", "endpoint-worker", text])
    }
  }
}

/// An engine, by the name that users give.
enum EngineChoice: String, CaseIterable, ExpressibleByArgument {
  case native
  case mlx
  case endpoint
}

/// Where the endpoint engine finds its servers, or how it starts them.
struct EndpointOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      A server of the OpenAI API, or the name of one in the registry's "endpoints". With ID= before it, the server of \
      that model alone.
      """, valueName: "[id=]url"))
  var endpoint: [String] = []

  @Option(
    help: ArgumentHelp(
      "The name by which the server knows a model. Default: the last part of its id.", valueName: "[id=]name"))
  var servedModel: [String] = []

  @Option(help: ArgumentHelp("The environment variable that holds the server's API key.", valueName: "variable"))
  var keyVariable: String?

  @Option(
    help: ArgumentHelp(
      "Start the server by this profile: \(ServerProfile.all.map(\.name).joined(separator: ", ")).",
      valueName: "profile"))
  var server: String?

  @Option(
    help: ArgumentHelp(
      "Start the server by this command, with {model}, {gguf}, {port} and {python} in its words.",
      valueName: "command"))
  var serverCommand: String?

  @Option(
    help:
      "Which endpoint of the API is used: \(CompletionRequest.API.allCases.map(\.rawValue).joined(separator: ", ")).")
  var api: CompletionRequest.API = .completions

  @Flag(
    help: """
      Declare that the servers keep prompts and do not report it. Otherwise such a server is refused before anything is \
      measured.
      """)
  var keepsPrompts = false

  @Flag(help: "Keep the servers of both models running; without it one runs at a time.")
  var keepServers = false

  func validate() throws {
    if let server, ServerProfile.named(server) == nil {
      throw ValidationError(
        "There is no profile \"\(server)\". Known: \(ServerProfile.all.map(\.name).joined(separator: ", ")).")
    }
    if (server != nil) && (serverCommand != nil) {
      throw ValidationError("Give --server or --server-command, not both.")
    }
  }

  /// The settings for these models.
  ///
  /// - Throws: `ValidationError` if a model has neither an endpoint nor a way to start one; `RegistryError`.
  func settings(
    for contenders: [MeasurementPlan.Contender], python: String?, registry: URL
  ) throws -> EndpointSettings {
    var settings = EndpointSettings()
    settings.keyVariable = keyVariable
    settings.api = api
    settings.profile = profile
    settings.python = python
    settings.keepsServers = keepServers
    settings.keepsPrompts = keepsPrompts
    for contender in contenders {
      let url = try Self.value(for: contender.model, in: endpoint).map { try Self.url($0, registry: registry) }
      guard url != nil || profile != nil else {
        throw ValidationError(
          "The endpoint engine needs --endpoint, --server or --server-command for \(contender.model).")
      }
      settings.targets.append(
        EndpointSettings.Target(
          folder: contender.folder.standardizedFileURL.path, url: url,
          servedModel: Self.value(for: contender.model, in: servedModel)))
    }
    return settings
  }

  private var profile: ServerProfile? {
    if let server { return ServerProfile.named(server) }
    guard let serverCommand else { return nil }
    let words = serverCommand.split(separator: " ").map(String.init)
    return ServerProfile(
      name: words.first.map { URL(fileURLWithPath: $0).lastPathComponent } ?? "", command: words, servedModel: "default"
    )
  }

  /// The value given for that model, else the one given for all.
  private static func value(for model: ModelID, in values: [String]) -> String? {
    let prefix = "\(model)="
    if let own = values.first(where: { $0.hasPrefix(prefix) }) { return String(own.dropFirst(prefix.count)) }
    return values.first { value in !value.contains("=") || value.hasPrefix("http") }
  }

  /// A URL as it is, or the one that the registry's `endpoints` has under that name.
  private static func url(_ text: String, registry: URL) throws -> String {
    if text.contains("://") { return text }
    // Only JSON has endpoints; a registry of another form has none of that name.
    let bytes = try Registry(contentsOf: registry).bytes
    guard let url = (try? JSONValue(parsing: bytes))?["endpoints"]?[text]?.string else {
      throw ValidationError("The registry \(registry.relativePath) has no endpoint \"\(text)\".")
    }
    return url
  }
}

extension CompletionRequest.API: ExpressibleByArgument {}
