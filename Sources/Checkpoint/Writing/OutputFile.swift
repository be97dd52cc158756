import Foundation
import Platform

/// A new file that is written at explicit offsets; errors of the system become `CheckpointError`s.
final class OutputFile: Sendable {
  private let file: OpenFile

  var path: String { file.path }

  /// Creates the file; it must not exist.
  init(creating url: URL) throws(CheckpointError) {
    do {
      file = try OpenFile(url.path, .creating(permissions: 0o644))
    } catch {
      throw .writing(error)
    }
  }

  /// Writes all bytes at an offset.
  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(CheckpointError) {
    do { try file.write(bytes, at: offset) } catch { throw .writing(error) }
  }

  /// Writes the elements' bytes at an offset.
  func write<Element: BitwiseCopyable>(_ elements: [Element], at offset: Int) throws(CheckpointError) {
    let result = elements.withUnsafeBytes { bytes -> Result<Void, CheckpointError> in
      do throws(CheckpointError) { return .success(try write(bytes, at: offset)) } catch { return .failure(error) }
    }
    try result.get()
  }

  /// Waits until the bytes are on the medium.
  func synchronize() throws(CheckpointError) {
    do { try file.synchronize() } catch { throw .writing(error) }
  }

  /// Creates a file with these contents, durably.
  static func write(_ bytes: UnsafeRawBufferPointer, to url: URL) throws(CheckpointError) {
    let file = try OutputFile(creating: url)
    try file.write(bytes, at: 0)
    try file.synchronize()
  }

  /// Creates a file with this text and a final newline, durably.
  static func write(_ text: String, to url: URL) throws(CheckpointError) {
    let file = try OutputFile(creating: url)
    try file.write(Array((text + "\n").utf8), at: 0)
    try file.synchronize()
  }
}

extension CheckpointError {
  /// The error for a failed system call that writes.
  static func writing(_ error: FileSystemError) -> CheckpointError { writing(error.path, code: error.code) }

  static func writing(_ path: String, code: Int32) -> CheckpointError {
    switch code {
    case ENOSPC, EDQUOT: .diskFull(path)
    // The system read what is written from a mapping.
    case EFAULT: .unwritable(path, reason: "what it is made of became shorter meanwhile")
    default: .unwritable(path, reason: MappedFile.reason(code))
    }
  }
}
