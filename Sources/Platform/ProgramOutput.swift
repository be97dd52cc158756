import Foundation

/// What a program printed on standard output, and the status it ended with. What it says on standard error is not kept.
public struct ProgramOutput: Sendable {
  public let bytes: Data
  public let status: Int32

  /// Runs the program to its end, without input; nil where it cannot be started.
  public init?(of program: URL, _ arguments: [String]) {
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    let output = Pipe()
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    status = process.terminationStatus
  }

  /// As text without white space at its ends; nil where nothing is left.
  public var text: String? {
    let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    return text.isEmpty ? nil : text
  }
}
