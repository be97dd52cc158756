import Foundation
import JSON
import Platform

/// The Python interpreter of the mlx engine.
public struct PythonInterpreter: Sendable, Equatable {
  public let executable: URL

  public static let environmentVariable = "RESIDENT_PYTHON"
  /// The environments of a project, tried in this order.
  public static let projectEnvironments = [".resident/venv", ".venv"]

  /// The interpreter that `path` names, else that of `RESIDENT_PYTHON`, else that of the project's environment.
  ///
  /// - Throws: `.missing` if the one that is named is no program, `.none` if there is no environment.
  public init(
    named path: String?, environment: [String: String] = ProcessInfo.processInfo.environment,
    folder: URL = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
  ) throws(MLXError) {
    let named = path ?? environment[Self.environmentVariable].flatMap { $0.isEmpty ? nil : $0 }
    if let named {
      guard let found = Self.program(named, environment: environment, folder: folder) else { throw .missing(named) }
      executable = found
      return
    }
    for name in Self.projectEnvironments {
      let url = folder.appendingPathComponent(name).appendingPathComponent("bin/python")
      if FileManager.default.isExecutableFile(atPath: url.path) {
        executable = url
        return
      }
    }
    throw .none
  }

  private static func program(_ name: String, environment: [String: String], folder: URL) -> URL? {
    let candidates =
      name.contains("/")
      ? [URL(fileURLWithPath: name, relativeTo: folder)]
      : (environment["PATH"] ?? "").split(separator: ":").map {
        URL(fileURLWithPath: String($0)).appendingPathComponent(name)
      }
    return candidates.first { FileManager.default.isExecutableFile(atPath: $0.path) }?.absoluteURL
  }
}

/// The versions of mlx and mlx-lm that an interpreter has.
public struct MLXEnvironment: Sendable, Equatable {
  public let interpreter: PythonInterpreter
  public let pythonVersion: String
  public let mlxVersion: String
  public let mlxLMVersion: String
  /// Nil without mlx-embeddings, which only models that make vectors need.
  public let mlxEmbeddingsVersion: String?
  /// Where mlx computes by default, e.g. `Device(gpu, 0)`.
  public let device: String

  private static let probe = """
    import importlib.metadata, json, platform
    found = {"python": platform.python_version()}
    for name in ("mlx.core", "mlx_lm"):
        try:
            module = __import__(name, fromlist=["x"])
            found[name] = module.__version__
            if name == "mlx.core": found["device"] = str(module.default_device())
        except Exception as error:
            found["failed"], found["reason"] = name, f"{type(error).__name__}: {error}"
            break
    try:
        found["mlx_embeddings"] = importlib.metadata.version("mlx-embeddings")
    except importlib.metadata.PackageNotFoundError:
        pass
    print(json.dumps(found))
    """

  /// Asks the interpreter, which takes a second or two.
  ///
  /// - Throws: `.missing` if it cannot be run, `.withoutModule` if it lacks mlx or mlx-lm.
  public init(checking interpreter: PythonInterpreter) throws(MLXError) {
    let path = interpreter.executable.path
    guard let output = ProgramOutput(of: interpreter.executable, ["-c", Self.probe]) else { throw .missing(path) }
    guard let line = output.bytes.split(separator: UInt8(ascii: "\n")).last,
      let found = try? JSONValue(parsing: Array(line))
    else { throw .missing(path) }
    if let module = found["failed"]?.string {
      throw .withoutModule(module, interpreter: path, reason: found["reason"]?.string ?? "unknown")
    }
    self.interpreter = interpreter
    pythonVersion = found["python"]?.string ?? ""
    mlxVersion = found["mlx.core"]?.string ?? ""
    mlxLMVersion = found["mlx_lm"]?.string ?? ""
    mlxEmbeddingsVersion = found["mlx_embeddings"]?.string
    device = found["device"]?.string ?? ""
  }
}
