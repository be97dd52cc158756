import ArgumentParser
import Foundation
import ModelRegistry
import Runner
import Store

/// Where data lies unless an option or the environment says otherwise.
enum DataLocations {
  /// This program's folder among the user's data.
  static var folder: URL {
    let environment = ProcessInfo.processInfo.environment
    if let path = environment["XDG_DATA_HOME"], !path.isEmpty {
      return URL(fileURLWithPath: path).appendingPathComponent("resident")
    }
    let home = FileManager.default.homeDirectoryForCurrentUser
    #if canImport(Darwin)
      return home.appendingPathComponent("Library/Application Support/resident")
    #else
      return home.appendingPathComponent(".local/share/resident")
    #endif
  }
}

/// Where the database is.
struct DatabaseOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The database. Default: $RESIDENT_DB, else the user's data folder.", valueName: "file"),
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

  var exists: Bool { FileManager.default.fileExists(atPath: url.path) }

  func open(_ mode: MeasurementStore.Mode) throws -> MeasurementStore {
    // A backup or a viewer may hold the database for a while; a night must not end because of that.
    try MeasurementStore(at: url, mode: mode, patience: 60)
  }
}

/// Where model folders are.
struct LibraryOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The folder with the model folders. Default: $RESIDENT_MODELS, else `models` in the user's data folder.",
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

/// Where the registry is.
struct RegistryOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The registry, in any form that docs/registry.md lists. Default: $\(RegistryLocation.environmentVariable), else ~/\(RegistryLocation.defaultPath).",
      valueName: "file"),
    completion: .file())
  var registry: String?

  var file: RegistryFile { RegistryFile(RegistryLocation.url(override: registry)) }
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
