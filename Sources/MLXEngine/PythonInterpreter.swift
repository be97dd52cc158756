import Foundation

/// The Python interpreter that has mlx-lm.
public struct PythonInterpreter: Sendable, Equatable {
  public let executable: URL

  public static let environmentVariable = "RESIDENT_PYTHON"
  /// Environments of a project, tried in this order.
  public static let projectEnvironments = [".resident/venv", ".venv"]

  /// The interpreter that `path` names, else the one of `RESIDENT_PYTHON`, else that of the project's environment.
  ///
  /// - Throws: `.missing` where the one that is named is no program; `.none` where there is no environment.
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
