import Foundation
import JSON

extension Envelope {
  /// The largest file that is read.
  static let sizeLimit = 16 << 20

  /// Reads an envelope from a file.
  ///
  /// - Throws: `EnvelopeError`, with every problem of the content at once.
  public init(contentsOf url: URL) throws(EnvelopeError) {
    let file = url.relativePath
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isDirectory) else {
      throw .unreadable(file: file, reason: "there is no such file")
    }
    guard !isDirectory.boolValue else { throw .unreadable(file: file, reason: "it is a folder") }
    let data: Data
    do {
      let handle = try FileHandle(forReadingFrom: url)
      data = try handle.read(upToCount: Self.sizeLimit + 1) ?? Data()
    } catch {
      throw .unreadable(file: file, reason: error.localizedDescription)
    }
    try self.init(parsing: Array(data), file: file)
  }

  /// Reads an envelope from the bytes of a file; `file` names them in messages.
  ///
  /// - Throws: `EnvelopeError`, with every problem of the content at once.
  /// - Complexity: O(*n* log *n*) in bytes.
  public init(parsing bytes: [UInt8], file: String = "envelope.json") throws(EnvelopeError) {
    guard bytes.count <= Self.sizeLimit else { throw .tooLarge(file: file, limit: Self.sizeLimit) }
    let source: JSONValue
    do throws(JSONError) { source = try JSONValue(parsing: bytes) } catch { throw .notJSON(file: file, error) }
    try self.init(source: source, file: file)
  }

  /// Reads an envelope from its JSON value, as it was stored or exported; `file` names it in messages.
  ///
  /// - Throws: `EnvelopeError.invalid`, with every problem at once.
  public init(source: JSONValue, file: String = "stored with the measurements") throws(EnvelopeError) {
    let problems = ProblemList()
    guard let envelope = Envelope(source: source, problems), problems.all.isEmpty else {
      throw .invalid(file: file, problems: problems.all)
    }
    self = envelope
  }
}
