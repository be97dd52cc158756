import ArgumentParser
import Foundation
import Measurements
import ModelRegistry
import Platform
import Runner
import Store

/// Where data lies unless an option or the environment says otherwise: in the project's folder, else in the user's.
enum DataLocations {
  /// This program's folder among the user's data, or the project's.
  static var folder: URL { project ?? userFolder }

  /// A folder `.resident` of this user in the working folder or above, found as git finds its own; nil if there is none.
  ///
  /// One that belongs to somebody else could name another registry and other models.
  static var project: URL? {
    let working = URL(fileURLWithPath: FileManager.default.currentDirectoryPath).standardizedFileURL
    var folder = working.path
    while true {
      let candidate = URL(fileURLWithPath: folder).appendingPathComponent(".resident")
      if let status = FileStatus(ofFileAt: candidate.path), status.isFolder, status.owner == geteuid() {
        return candidate
      }
      if folder == "/" || folder == home.path { return nil }
      folder = URL(fileURLWithPath: folder).deletingLastPathComponent().path
    }
  }

  /// A file or folder of the project; nil if it does not exist.
  static func projectItem(_ name: String) -> URL? {
    guard let url = project?.appendingPathComponent(name), FileManager.default.fileExists(atPath: url.path) else {
      return nil
    }
    return url
  }

  /// `HOME`, as the user may have set it, else the account's.
  static var home: URL {
    if let path = ProcessInfo.processInfo.environment["HOME"], path.hasPrefix("/") { return URL(fileURLWithPath: path) }
    return FileManager.default.homeDirectoryForCurrentUser
  }

  private static var userFolder: URL {
    let environment = ProcessInfo.processInfo.environment
    if let path = environment["XDG_DATA_HOME"], !path.isEmpty {
      return URL(fileURLWithPath: path).appendingPathComponent("resident")
    }
    #if canImport(Darwin)
      return home.appendingPathComponent("Library/Application Support/resident")
    #else
      return home.appendingPathComponent(".local/share/resident")
    #endif
  }

  /// Says on standard error which database is used, where that is one of a folder above the working one.
  static func announce(_ url: URL) {
    guard let project, url.path.hasPrefix(project.path + "/") else { return }
    let working = URL(fileURLWithPath: FileManager.default.currentDirectoryPath).standardizedFileURL
    if project.deletingLastPathComponent().path != working.path {
      Terminal.writeError("using \(url.path)\n")
    }
  }
}

/// Where the database is.
struct DatabaseOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The database. Default: $RESIDENT_DB, else in .resident of the working folder or above, else in the user's data folder.",
      valueName: "file"),
    completion: .file())
  var db: String?

  var url: URL {
    if let path = db ?? ProcessInfo.processInfo.environment["RESIDENT_DB"], !path.isEmpty {
      return URL(fileURLWithPath: path)
    }
    return DataLocations.folder.appendingPathComponent("resident.sqlite")
  }

  /// Beside the database: comparisons of a model with itself, which no promotion may come from.
  var calibrationURL: URL { url.deletingLastPathComponent().appendingPathComponent("calibration.sqlite") }

  /// The option as it was given, to repeat it in a command that is printed.
  var arguments: String { db.map { " --db \(ShellWord.quoted($0))" } ?? "" }

  var exists: Bool { FileManager.default.fileExists(atPath: url.path) }

  func open(_ mode: MeasurementStore.Mode) throws -> MeasurementStore {
    // A backup or a viewer may hold the database for a while; a night must not end because of that.
    if db == nil { DataLocations.announce(url) }
    return try MeasurementStore(at: url, mode: mode, patience: 60)
  }
}

/// Where model folders are.
struct LibraryOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The folder with the model folders. Default: $RESIDENT_MODELS, else `models` in .resident of the working folder or above, else in the user's data folder.",
      valueName: "dir"),
    completion: .directory)
  var models: String?

  var library: ModelLibrary {
    if let path = models ?? ProcessInfo.processInfo.environment["RESIDENT_MODELS"], !path.isEmpty {
      return ModelLibrary(root: URL(fileURLWithPath: path))
    }
    return ModelLibrary(root: DataLocations.folder.appendingPathComponent("models"))
  }
}

extension LibraryOption {
  /// A model by its id, or by the path of its folder.
  ///
  /// A folder that the library has a link to has the library's id, any other its own name.
  ///
  /// - Throws: `RunnerError.unknownModel` for a name that is neither, `ValidationError` for a folder without a model.
  func model(named name: String) throws -> (id: ModelID, folder: URL) {
    let library = library
    let id = ModelID(rawValue: name)
    if let folder = try? library.folder(of: id) { return (id, folder) }
    let url = URL(fileURLWithPath: name).standardizedFileURL
    guard let status = FileStatus(ofFileAt: url.path), status.isFolder else {
      if url.pathExtension.lowercased() == "gguf", FileManager.default.fileExists(atPath: url.path) {
        throw ValidationError(
          "\(name) is a GGUF file, which is converted first: resident models add \(ShellWord.quoted(name))")
      }
      return (id, try library.folder(of: id))
    }
    guard ModelLibrary.isModel(url) else {
      throw ValidationError("\(name) has no config.json, so it is no model folder.")
    }
    let place = url.resolvingSymlinksInPath().path
    let known = library.ids.first { library.place(of: $0)?.resolvingSymlinksInPath().path == place }
    return (known ?? ModelID(rawValue: url.lastPathComponent), url)
  }
}

/// Where the registry is.
struct RegistryOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The registry, in any form that docs/registry.md lists. Default: $\(RegistryLocation.environmentVariable), else .resident/registry.json in the working folder or above, else ~/\(RegistryLocation.defaultPath).",
      valueName: "file"),
    completion: .file())
  var registry: String?

  var url: URL { Self.url(override: registry) }

  static func url(override: String?) -> URL {
    let named = [override, ProcessInfo.processInfo.environment[RegistryLocation.environmentVariable]]
    let isNamed = named.contains { !($0 ?? "").isEmpty }
    if !isNamed, let url = DataLocations.projectItem("registry.json") { return url }
    return RegistryLocation.url(override: override, home: DataLocations.home)
  }

  /// The option as it was given, to repeat it in a command that is printed.
  var arguments: String { registry.map { " --registry \(ShellWord.quoted($0))" } ?? "" }

  var file: RegistryFile { RegistryFile(url) }
}

/// Where the registry's policy is.
struct PolicyOption: ParsableArguments {
  @Option(
    help: ArgumentHelp("What a promotion needs. Default: resident.json beside the registry.", valueName: "file"),
    completion: .file(extensions: ["json"]))
  var policy: String?

  func file(beside registry: RegistryFile) -> RegistryPolicyFile {
    policy.map { RegistryPolicyFile(URL(fileURLWithPath: $0), isRequired: true) }
      ?? RegistryPolicyFile(beside: registry.url)
  }
}

/// Which imports count: those that the policy beside the registry admits.
struct AdmissionOptions: ParsableArguments {
  @OptionGroup var registry: RegistryOption
  @OptionGroup var policy: PolicyOption

  /// - Throws: `RegistryError` for a policy that can't be read.
  var admission: ImportAdmission {
    get throws { try policy.file(beside: registry.file).read()?.admission ?? .none }
  }
}
