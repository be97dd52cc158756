import Foundation

/// A new empty folder that goes with its last reference.
///
/// ```swift
/// let folder = try TemporaryFolder()
/// let file = try folder.write("{}", to: "config.json")
/// #expect(folder.names == ["config.json"])
/// ```
public final class TemporaryFolder: Sendable {
  public let url: URL

  public init() throws {
    url = FileManager.default.temporaryDirectory
      .appendingPathComponent("resident-\(UUID().uuidString)", isDirectory: true)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// The URL of a name in the folder, whether there is a file or not.
  public func callAsFunction(_ name: String) -> URL { url.appendingPathComponent(name) }

  /// The names in the folder, hidden ones too, sorted.
  public var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []).sorted() }

  /// The text of a file.
  public func text(of name: String) throws -> String {
    String(decoding: try Data(contentsOf: self(name)), as: UTF8.self)
  }

  /// Writes a file, with the folders above it, and returns its URL.
  @discardableResult
  public func write(_ bytes: [UInt8], to name: String) throws -> URL {
    let file = self(name)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
    return file
  }

  /// Writes a file, with the folders above it, and returns its URL.
  @discardableResult
  public func write(_ text: String, to name: String) throws -> URL { try write(Array(text.utf8), to: name) }

  /// Writes a script that can be run, and returns its URL.
  @discardableResult
  public func writeProgram(_ script: String, to name: String) throws -> URL {
    let text = try write(script, to: name + ".text")
    defer { try? FileManager.default.removeItem(at: text) }
    // By another process: a program that is open for writing does not start, and a process that another test begins in
    // this instant has copies of all open files.
    let writer = Process()
    writer.executableURL = URL(fileURLWithPath: "/bin/sh")
    writer.arguments = ["-c", "cat \"$1\" > \"$2\" && chmod 755 \"$2\"", "sh", text.path, self(name).path]
    try writer.run()
    writer.waitUntilExit()
    guard writer.terminationStatus == 0 else { throw CocoaError(.fileWriteUnknown) }
    return self(name)
  }

  /// Replaces a part of a text file that is there already.
  public func replace(_ part: String, by other: String, in name: String) throws {
    try write(try text(of: name).replacingOccurrences(of: part, with: other), to: name)
  }
}
