import Foundation
import Platform
import TestSupport

/// Other programs that these tests run.
enum Subprocess {
  /// Starts the helper that the package builds beside the tests; `Tests/RegistryCrashHelper` lists its arguments.
  static func helper(_ arguments: String..., output: ChildProcess.Stream = .null) throws -> ChildProcess {
    try ChildProcess(
      Program.product("registry-crash-helper").path, arguments, input: .null, output: output,
      errors: .file(.standardError))
  }

  /// Applies a patch in a folder with git, whatever the user's configuration says.
  static func gitApply(_ patch: [UInt8], in folder: TemporaryFolder) throws -> Int32 {
    let patchFile = try folder.write(patch, to: "edit.patch")
    let environment = ProcessInfo.processInfo.environment.merging(
      [
        "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CEILING_DIRECTORIES": folder.url.deletingLastPathComponent().path,
      ]
    ) { $1 }
    let arguments = ["git", "-C", folder.url.path, "apply", "--whitespace=nowarn", patchFile.path]
    return try ProgramOutput(
      running: URL(fileURLWithPath: "/usr/bin/env"), arguments, environment: environment,
      errors: .file(.standardError)
    ).status
  }
}
