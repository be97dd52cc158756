import Foundation
import WorkerProtocol

/// The worker over mlx-lm: a Python program that ships inside this one.
public enum MLXWorker {
  /// The engine's name in every row that it measured.
  public static let name = "mlx"

  /// The program's text.
  public static var source: String { String(decoding: PackageResources.mlx_worker_py, as: UTF8.self) }

  /// The command that starts it.
  public static func command(_ interpreter: PythonInterpreter) -> WorkerCommand {
    WorkerCommand(executable: interpreter.executable, arguments: ["-c", source])
  }
}
