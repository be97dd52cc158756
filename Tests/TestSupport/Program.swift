import Foundation

/// The built command line, run as a user runs it.
public struct Program: Sendable {
  /// What a run printed and how it ended.
  public struct Result: Sendable {
    public let status: Int32
    public let output: String
    public let errors: String
  }

  public let folder: URL
  private let variables: [String: String?]

  /// - Parameters:
  ///   - folder: The working folder, with the database, the registry and nothing of the user's.
  ///   - variables: What is set in the environment instead; nil for what is not to be there.
  public init(in folder: URL, variables: [String: String?] = [:]) {
    self.folder = folder
    self.variables = variables
  }

  /// The command line's executable.
  public static var executable: URL { product("resident") }

  /// An executable of this package, which lies beside the test bundle.
  public static func product(_ name: String) -> URL {
    let bundle = Bundle.allBundles.map(\.bundleURL).first { $0.pathExtension == "xctest" }
    let tests = bundle ?? URL(fileURLWithPath: CommandLine.arguments[0])
    return tests.deletingLastPathComponent().appendingPathComponent(name)
  }

  /// Starts the program; the caller waits.
  public func start(_ arguments: [String], output: FileHandle, errors: FileHandle) throws -> Process {
    let process = Process()
    process.executableURL = Self.executable
    process.arguments = arguments
    process.currentDirectoryURL = folder
    var environment = ProcessInfo.processInfo.environment
    environment["RESIDENT_DB"] = folder.appendingPathComponent("resident.sqlite").path
    environment["RESIDENT_REGISTRY"] = folder.appendingPathComponent("registry.json").path
    // Tests run side by side; what they measure is not.
    environment["RESIDENT_LOCK"] = folder.appendingPathComponent("lock").path
    environment["RESIDENT_MODELS"] = folder.appendingPathComponent("models").path
    environment["RESIDENT_DUCKDB"] = TestTools.duckdb.path
    for (name, value) in variables { environment[name] = value }
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    return process
  }

  /// Runs the program to its end.
  public func run(_ arguments: String...) throws -> Result { try run(arguments) }

  /// Runs the program to its end.
  public func run(_ arguments: [String]) throws -> Result {
    let files = ["out", "err"].map { folder.appendingPathComponent(".\(UUID().uuidString).\($0)") }
    for file in files { try Data().write(to: file) }
    defer { for file in files { try? FileManager.default.removeItem(at: file) } }
    let process = try start(
      arguments, output: FileHandle(forWritingTo: files[0]), errors: FileHandle(forWritingTo: files[1]))
    process.waitUntilExit()
    let status =
      process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
    let texts = try files.map { String(decoding: try Data(contentsOf: $0), as: UTF8.self) }
    return Result(status: status, output: texts[0], errors: texts[1])
  }
}
