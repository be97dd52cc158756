import Foundation
import JSON
import Platform

/// What an interpreter offers to the mlx engine.
public struct MLXEnvironment: Sendable, Equatable {
  public let interpreter: PythonInterpreter
  public let pythonVersion: String
  public let mlxVersion: String
  public let mlxLMVersion: String
  /// Where mlx computes by default, e.g. `Device(gpu, 0)`.
  public let device: String

  private static let probe = """
    import json, platform
    found = {"python": platform.python_version()}
    for name in ("mlx.core", "mlx_lm"):
        try:
            module = __import__(name, fromlist=["x"])
            found[name] = module.__version__
            if name == "mlx.core": found["device"] = str(module.default_device())
        except Exception as error:
            found["failed"], found["reason"] = name, f"{type(error).__name__}: {error}"
            break
    print(json.dumps(found))
    """

  /// Asks the interpreter, which takes it a second or two.
  ///
  /// - Throws: `.missing` where it cannot be run, `.withoutModule`.
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
    device = found["device"]?.string ?? ""
  }
}
