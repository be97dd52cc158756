import Crypto
import Foundation
import JSON
import Platform

/// A file of lines that is read part by part, so that its size does not matter.
struct DataFile {
  private let url: URL
  /// Relative to the folder, for messages.
  private let name: String

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
  func forEachLine(
    _ body: (ArraySlice<UInt8>, Int) throws(TaskImportError) -> Void
  ) throws(TaskImportError) -> String {
    do {
      let handle = try RegularFile.handle(forReading: url.path)
      defer { try? handle.close() }
      var number = 0
      let problem = try LineReader.forEachLine(of: handle, includesEmpty: true) { line in
        number += 1
        if !line.allSatisfy({ [0x09, 0x0D, 0x20].contains($0) }) { try body(line, number) }
      }
      if let problem { throw problem }
      return try SHA256.hexadecimal(ofFileAt: url)
    } catch let error as TaskImportError {
      throw error
    } catch let error as FileSystemError {
      throw .missingFile(path: url.path, reason: error.reason)
    } catch {
      throw .missingFile(path: url.path, reason: "\(error)")
    }
  }

  /// Each line as JSON.
  ///
  /// - Returns: The SHA-256 of the file's bytes.
  /// - Throws: `.missingFile`, `.malformed`, and what `body` throws.
  @discardableResult
  func forEachRow(_ body: (DataRow) throws(TaskImportError) -> Void) throws(TaskImportError) -> String {
    try forEachLine { line, number throws(TaskImportError) in
      let value: JSONValue
      do throws(JSONError) { value = try JSONValue(parsing: line) } catch {
        throw malformed(number, "\(error)")
      }
      try body(DataRow(value: value, file: name, line: number))
    }
  }
}
