import Foundation
import WorkerProtocol

/// The worker over mlx-lm: a Python program that is embedded in this one.
public enum MLXWorker {
  /// The engine's name in every row that it measured.
  public static let name = "mlx"

  /// The command that starts it.
  public static func command(_ interpreter: PythonInterpreter) -> WorkerCommand {
    let program = String(decoding: PackageResources.mlx_worker_py, as: UTF8.self)
    return WorkerCommand(executable: interpreter.executable, arguments: ["-c", program])
  }
}

/// Why the mlx engine cannot be started, and the command that repairs it.
public enum MLXError: Error, Equatable, Sendable, CustomStringConvertible {
  /// No interpreter was named and the project has no environment.
  case none
  /// The interpreter that was named does not exist or cannot be run.
  case missing(String)
  /// The interpreter lacks a module, or cannot import it.
  case withoutModule(String, interpreter: String, reason: String)

  public var description: String {
    switch self {
    case .none:
      """
      the mlx engine needs a Python environment with mlx-lm: name one by --python or \
      $\(PythonInterpreter.environmentVariable), or make one: \(Self.making(".resident/venv"))
      """
    case .missing(let path): "there is no Python interpreter at \(path); make one: \(Self.making(".resident/venv"))"
    case .withoutModule(let module, let interpreter, let reason):
      "\(interpreter) cannot import \(module) (\(reason)); install it: \(Self.installing(interpreter))"
    }
  }

  private static func making(_ folder: String) -> String {
    "python3 -m venv \(folder) && \(installing("\(folder)/bin/python"))"
  }

  private static func installing(_ interpreter: String) -> String {
    #if os(Linux)
      // The plain package has no backend on Linux; mlx[cuda12] is the one for NVIDIA's GPUs.
      "\(interpreter) -m pip install 'mlx[cpu]' mlx-lm"
    #else
      "\(interpreter) -m pip install mlx mlx-lm"
    #endif
  }
}
