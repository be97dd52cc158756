import Foundation

/// Other programs, run to their end.
enum Subprocess {
  /// The helper that the package builds next to the tests.
  static var crashHelper: URL {
    let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL
    let tests = bundle ?? URL(fileURLWithPath: CommandLine.arguments[0])
    return tests.deletingLastPathComponent().appendingPathComponent("registry-crash-helper")
  }

  static func helper(_ arguments: String...) -> Process {
    let process = Process()
    process.executableURL = crashHelper
    process.arguments = arguments
    return process
  }

  /// Applies a patch in a folder with git, whatever the user's configuration says.
  static func gitApply(_ patch: [UInt8], in folder: TemporaryFolder) throws -> Int32 {
    let patchFile = try folder.write(patch, to: "edit.patch")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["git", "apply", "--whitespace=nowarn", patchFile.path]
    process.currentDirectoryURL = folder.url
    process.environment = ProcessInfo.processInfo.environment.merging(
      [
        "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CEILING_DIRECTORIES": folder.url.deletingLastPathComponent().path,
      ]
    ) { $1 }
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }
}
