import Foundation

extension HubClient {
  /// What the command printed, and how it ended.
  struct Output {
    let status: Int32
    let standardOutput: Data
    /// What it said on standard error, without the token.
    let message: String
  }

  /// Settings under which an upload is one commit and nothing but the hub is asked.
  private static let settings = [
    // Where Xet is available, an upload of many files is split into several commits.
    "HF_HUB_DISABLE_XET": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_UPDATE_CHECK": "1",
  ]

  /// Runs the command to its end.
  ///
  /// - Parameter progress: Called with parts of what it says while it runs; nil for a command that shows no progress.
  /// - Throws: `client` where it can't be started.
  func run(_ arguments: [String], progress: ((String) -> Void)? = nil) throws(PublishError) -> Output {
    do {
      let folder = try Self.temporaryFolder()
      defer { try? FileManager.default.removeItem(at: folder) }
      // A listing is larger than a pipe holds, and both streams can't be read at once.
      let listing = folder.appendingPathComponent("output")
      try Data().write(to: listing)
      let process = Process()
      process.executableURL = executable
      process.arguments = arguments
      process.environment = environment.merging(Self.settings) { $1 }
        .merging(["HF_HUB_DISABLE_PROGRESS_BARS": progress == nil ? "1" : "0"]) { $1 }
      let errors = Pipe()
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = try FileHandle(forWritingTo: listing)
      process.standardError = errors
      try process.run()
      var message = Data()
      while let part = try errors.fileHandleForReading.read(upToCount: 1 << 12), !part.isEmpty {
        message.append(part)
        progress?(withoutToken(String(decoding: part, as: UTF8.self)))
      }
      process.waitUntilExit()
      return Output(
        status: process.terminationReason == .exit ? process.terminationStatus : -1,
        standardOutput: try Data(contentsOf: listing),
        message: withoutToken(String(decoding: message, as: UTF8.self)))
    } catch {
      throw .client("\(executable.path) could not be run: \(error.localizedDescription)")
    }
  }

  /// A new folder of this process.
  static func temporaryFolder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("resident-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }
}

extension HubClient.Output {
  /// The hub's answer that no dataset of that name is there for this token.
  var isNotFound: Bool { message.contains("Dataset '") && message.contains("' not found.") }

  /// The hub knows who asks and does not allow it.
  var isRefused: Bool { ["401 Unauthorized", "403 Forbidden"].contains(where: message.contains) }

  /// Somebody else has written to the repository meanwhile.
  var isConflict: Bool { ["409 Conflict", "412 Precondition Failed"].contains(where: message.contains) }

  /// The line that says most: the error that is marked as one, else the last.
  var reason: String {
    let lines = message.split { $0.isNewline }.map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    guard let start = lines.lastIndex(where: { $0.hasPrefix("Error: ") }) else {
      return String((lines.last ?? "it ended with status \(status)").prefix(400))
    }
    let marked = lines[start...].prefix { !$0.hasPrefix("Hint:") }.joined(separator: " ")
    return String(marked.dropFirst("Error: ".count).prefix(400))
  }
}
