import Crypto
import Foundation
import Platform
import WorkerProtocol

/// Which build of this program runs.
enum ProgramIdentity {
  /// The path of the running executable.
  static var executable: URL {
    Bundle.main.executableURL ?? URL(fileURLWithPath: CommandLine.arguments[0])
  }

  /// The command that starts a worker: this program itself, or the one that ``workerVariable`` names.
  static var worker: WorkerCommand {
    let other = ProcessInfo.processInfo.environment[workerVariable] ?? ""
    return WorkerCommand(
      executable: other.isEmpty ? executable : URL(fileURLWithPath: other), arguments: ["worker"],
      isOverridden: !other.isEmpty)
  }

  /// The environment variable that names another program as worker.
  static let workerVariable = "RESIDENT_WORKER"

  /// The version with the first twelve digits of the executable's SHA-256.
  ///
  /// Two builds that differ in a byte may differ in what they measure. The file is read part by part: mapped, all of it would
  /// count towards the peak memory of every worker.
  static var version: String {
    guard let hash = try? SHA256.hexadecimal(ofFileAt: executable) else { return Version.current }
    return "\(Version.current)+\(hash.prefix(12))"
  }
}

/// The version of this program's sources.
enum Version {
  static let current = "0.1.0"
}
