import Crypto
import Foundation
import JSON
import Platform

/// A file of lines that is read part by part, so that its size does not matter.
struct DataFile {
  private let url: URL
  /// Relative to the folder, for messages.
  private let name: String

  private static let chunkLength = 1 << 20

  init(_ folder: URL, _ name: String) {
    url = folder.appendingPathComponent(name)
    self.name = name
  }

  func malformed(_ line: Int, _ reason: String) -> TaskImportError {
    .malformed(file: name, line: line, reason: reason)
  }

  /// Each line that is not blank, without its end, with its number from 1.
  ///
  /// - Returns: The SHA-256 of the file's bytes.
  /// - Throws: `.missingFile` if it can't be read, and what `body` throws.
  @discardableResult
  func forEachLine(_ body: (Data, Int) throws(TaskImportError) -> Void) throws(TaskImportError) -> String {
    let handle: FileHandle
    do throws(FileSystemError) { handle = try RegularFile.handle(forReading: url.path) } catch {
      throw .missingFile(path: url.path, reason: error.reason)
    }
    defer { try? handle.close() }
    var (rest, number, hash) = (Data(), 0, SHA256())
    func take(_ line: Data) throws(TaskImportError) {
      number += 1
      if !line.allSatisfy({ [0x09, 0x0D, 0x20].contains($0) }) { try body(line, number) }
    }
    while true {
      let chunk: Data?
      do { chunk = try handle.read(upToCount: Self.chunkLength) } catch {
        throw .missingFile(path: url.path, reason: "\(error)")
      }
      guard let chunk, !chunk.isEmpty else { break }
      hash.update(data: chunk)
      rest.append(chunk)
      var start = rest.startIndex
      while let end = rest[start...].firstIndex(of: 0x0A) {
        try take(rest[start..<end])
        start = end + 1
      }
      rest = Data(rest[start...])
    }
    if !rest.isEmpty { try take(rest) }
    return hash.finalize().hexadecimal
  }

  /// Each line as JSON.
  ///
  /// - Returns: The SHA-256 of the file's bytes.
  /// - Throws: `.missingFile`, `.malformed`, and what `body` throws.
  @discardableResult
  func forEachRow(_ body: (DataRow) throws(TaskImportError) -> Void) throws(TaskImportError) -> String {
    try forEachLine { line, number throws(TaskImportError) in
      let value: JSONValue
      do throws(JSONError) { value = try JSONValue(parsing: Array(line)) } catch {
        throw malformed(number, "\(error)")
      }
      try body(DataRow(value: value, file: name, line: number))
    }
  }
}
