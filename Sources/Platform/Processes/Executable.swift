import Foundation

/// Where another program's executable is found.
public enum Executable {
  /// The executable that the user or the environment names, else that of `PATH`, else that of the project in the
  /// working folder; nil if there is none.
  ///
  /// - Parameters:
  ///   - path: What the user named.
  ///   - variable: The environment variable that names it.
  ///   - name: What it is called in `PATH`.
  ///   - projectPath: Where a make target puts it, from the project's folder.
  /// - Throws: ``Missing`` if what the user or the environment names can't be executed.
  public static func find(
    _ path: String?, variable: String, name: String, projectPath: String,
    environment: [String: String] = ProcessInfo.processInfo.environment,
    in folder: URL = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
  ) throws(Missing) -> URL? {
    if let path = [path, environment[variable]].compactMap(\.self).first(where: { !$0.isEmpty }) {
      guard isExecutable(path) else { throw Missing(path: path) }
      return URL(fileURLWithPath: path)
    }
    let path = (environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }
    return (path + [folder.appendingPathComponent(projectPath).path]).first(where: isExecutable).map {
      URL(fileURLWithPath: $0)
    }
  }

  /// What was named is no executable file.
  public struct Missing: Error, Equatable, CustomStringConvertible {
    public let path: String
    public var description: String { "\(path) is no executable file" }
  }

  private static func isExecutable(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
      && FileManager.default.isExecutableFile(atPath: path)
  }
}
