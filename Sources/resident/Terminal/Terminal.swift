import Foundation
import JSON
import Platform
import Synchronization

/// Standard output and standard error, and the only way to them: `make lint` refuses any other.
///
/// All text passes an ``OutputFilter``: names and messages come from model files, servers and databases.
enum Terminal {
  // What each stream's last line holds so far, since a line may be written in parts.
  private static let output = Mutex(OutputFilter())
  private static let errors = Mutex(OutputFilter())

  /// Writes text for people to standard output at once.
  ///
  /// If nobody reads it any more or the disk is full, nothing more is written and the program goes on: what it measures
  /// is in the database.
  static func write(_ text: String) { send(filtered(text), to: .output) }

  /// Writes text with the colours that the style marked in it, like ``write(_:)``.
  static func write(_ text: String, _ style: TerminalStyle) {
    send(style.coloured(text) { filtered($0) }, to: .output)
  }

  /// Writes one JSON value and a line feed, like ``write(_:)``. It stays valid, and means the same.
  static func write(_ json: JSONValue, _ layout: JSONLayout = .pretty) {
    send(jsonFiltered(json.serialized(layout) + "\n"), to: .output)
  }

  /// Writes text that is JSON already, like ``write(_:_:)``.
  static func write(serializedJSON text: String) { send(jsonFiltered(text), to: .output) }

  /// Writes lines that a workflow of GitHub is meant to obey; what they quote was escaped when they were made.
  static func write(workflowCommands lines: String) {
    send(lines.split(separator: "\n").map { "\($0.printable)\n" }.joined(), to: .output)
  }

  /// Writes to standard error at once, like ``write(_:)``.
  ///
  /// What was redrawn above is cleared first, since nothing else knows that it stands there.
  static func writeError(_ text: String) {
    if redrawn.withLock({ $0 > 0 }) { redraw([]) }
    send(errors.withLock { $0.filtered(text) }, to: .errors)
  }

  /// Redraws the last line of standard error, which must be a terminal.
  static func redraw(_ line: String) { redraw(line.isEmpty ? [] : [line]) }

  /// Redraws the last lines of standard error, which must be a terminal: those that the call before left.
  ///
  /// A line that is longer than the terminal is wide is cut, so that none takes two.
  static func redraw(_ lines: [String]) {
    let width = errorWidth - 1
    let shown = lines.map { String($0.printable.prefix(width)) }
    redrawn.withLock { above in
      let up = above > 0 ? "\u{1B}[\(above)A" : ""
      send("\r\(up)\u{1B}[J\(shown.joined(separator: "\r\n"))", to: .errors)
      above = max(shown.count - 1, 0)
    }
  }

  /// The lines above the last one that the next redrawing replaces.
  private static let redrawn = Mutex(0)

  /// Writes to standard output what would mislead if half of it were missing.
  ///
  /// A reader that has had enough is no failure.
  ///
  /// - Throws: ``OutputFailure`` if the disk is full or fails.
  static func deliver(_ text: String) throws { try deliver(bytes: filtered(text)) }

  /// Delivers one JSON value and a line feed, like ``deliver(_:)``.
  static func deliver(_ json: JSONValue) throws { try deliver(bytes: jsonFiltered(json.serialized(.pretty) + "\n")) }

  /// Delivers text for a program, such as a patch, byte for byte where ``passesExactText``.
  static func deliver(exactly text: String) throws {
    guard !passesExactText else { return try deliver(bytes: text) }
    let shown = OutputFilter.filtered(text)
    try deliver(bytes: shown)
    if shown != text { writeError("\(inexactNote)\n") }
  }

  /// Writes text for a program at once, byte for byte where ``passesExactText``.
  static func write(exactly text: String) { passesExactText ? send(text, to: .output) : write(text) }

  /// Whether standard output is no place where its reader obeys text: a pipe or a file, but not the log of a GitHub
  /// workflow, which is a pipe as well.
  static var passesExactText: Bool {
    guard !outputIsTerminal else { return false }
    return StandardStream.output.isFile || ProcessInfo.processInfo.environment["GITHUB_ACTIONS"] != "true"
  }

  /// Standard error for a command that the user gave, which prints what it likes.
  static var errorsOfOwnCommand: FileHandle { .standardError }

  private static let inexactNote =
    "note: what a terminal or a workflow's log would obey is not shown as it is; redirect the output to a file for the exact "
    + "text"

  private static func deliver(bytes text: String) throws {
    do throws(FileSystemError) {
      try StandardStream.output.write(Array(text.utf8))
    } catch {
      if error.code != EPIPE { throw OutputFailure(reason: error.reason) }
    }
  }

  private static func send(_ text: String, to stream: StandardStream) { try? stream.write(Array(text.utf8)) }

  private static func filtered(_ text: String) -> String { output.withLock { $0.filtered(text) } }

  struct OutputFailure: Error, CustomStringConvertible {
    let reason: String
    var description: String { "standard output could not be written (\(reason)): what is there is not whole" }
  }

  /// Columns of the terminal on standard output; 100 if that is none.
  static var width: Int { size(of: STDOUT_FILENO).columns }

  /// Columns of the terminal on standard error; 100 if that is none.
  static var errorWidth: Int { size(of: STDERR_FILENO).columns }

  /// Lines of the terminal on standard error; 24 if that is none.
  static var errorHeight: Int { size(of: STDERR_FILENO).lines }

  private static func size(of stream: Int32) -> (columns: Int, lines: Int) {
    var size = winsize()
    guard ioctl(stream, UInt(TIOCGWINSZ), &size) == 0, size.ws_col >= 40 else { return (100, 24) }
    return (Int(size.ws_col), max(Int(size.ws_row), 8))
  }

  /// Whether standard output is a terminal, so that colours may be used.
  static var outputIsTerminal: Bool { StandardStream.output.isTerminal }

  /// Whether standard error is a terminal, so that a line may be redrawn.
  static var errorIsTerminal: Bool { StandardStream.errors.isTerminal }
}

extension Terminal {
  /// JSON in which whatever a terminal or a workflow's log obeys is written as an escape.
  ///
  /// Outside of strings, JSON holds none of it but line feeds.
  static func jsonFiltered(_ text: String) -> String {
    var output: [UInt8] = []
    output.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      if scalar.isInvisibleOrObeyed && scalar != "\n" || scalar == "[" && output.suffix(2).elementsEqual("##".utf8) {
        for unit in scalar.utf16 { output += String(format: "\\u%04x", unit).utf8 }
      } else {
        output += scalar.utf8
      }
    }
    return String(decoding: output, as: UTF8.self)
  }
}
