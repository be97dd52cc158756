/// Why the mlx engine cannot be started, and the command that mends it.
public enum MLXError: Error, Equatable, Sendable, CustomStringConvertible {
  /// No interpreter was named and the project has no environment.
  case none
  /// The interpreter that was named is not there.
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

  /// The command that mends it.
  public var remedy: String {
    switch self {
    case .none, .missing: Self.making(".resident/venv")
    case .withoutModule(_, let interpreter, _): Self.installing(interpreter)
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
