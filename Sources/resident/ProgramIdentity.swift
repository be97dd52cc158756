import Checkpoint
import Foundation

/// Which build of this program runs.
enum ProgramIdentity {
  /// The path of the running executable.
  static var executable: URL {
    Bundle.main.executableURL ?? URL(fileURLWithPath: CommandLine.arguments[0])
  }

  /// The version with the first twelve digits of the executable's SHA-256: two builds that differ in a byte may differ in
  /// what they measure.
  static var version: String {
    guard let hash = try? MappedFile(contentsOf: executable).sha256() else { return Version.current }
    return "\(Version.current)+\(hash.prefix(12))"
  }
}
