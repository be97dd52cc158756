import Foundation

/// A new file that is written at explicit offsets; errors of the system become `CheckpointError`s.
final class OutputFile: Sendable {
  let path: String
  private let descriptor: Int32

  /// Creates the file; it must not exist.
  init(creating url: URL) throws(CheckpointError) {
    path = url.path
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .writing(path, code: errno) }
  }

  deinit { close(descriptor) }

  /// Writes all bytes at an offset.
  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(CheckpointError) {
    var done = 0
    while done < bytes.count {
      let count = pwrite(descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done, off_t(offset + done))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw .writing(path, code: count < 0 ? errno : ENOSPC) }
      done += count
    }
  }

  /// Waits until the bytes are on the disk.
  func synchronize() throws(CheckpointError) {
    guard fsync(descriptor) == 0 else { throw .writing(path, code: errno) }
  }

  /// Creates a file with these contents, durably.
  static func write(_ bytes: UnsafeRawBufferPointer, to url: URL) throws(CheckpointError) {
    let file = try OutputFile(creating: url)
    try file.write(bytes, at: 0)
    try file.synchronize()
  }

  /// Creates a file with this text and a final newline, durably.
  static func write(_ text: String, to url: URL) throws(CheckpointError) {
    let bytes = Array((text + "\n").utf8)
    let file = try OutputFile(creating: url)
    try file.write(bytes, at: 0)
    try file.synchronize()
  }

  /// Writes the elements' bytes at an offset.
  func write<Element: BitwiseCopyable>(_ elements: [Element], at offset: Int) throws(CheckpointError) {
    let result = elements.withUnsafeBytes { bytes -> Result<Void, CheckpointError> in
      do throws(CheckpointError) { return .success(try write(bytes, at: offset)) } catch { return .failure(error) }
    }
    try result.get()
  }
}

extension CheckpointError {
  /// The error for a failed system call that writes.
  static func writing(_ path: String, code: Int32) -> CheckpointError {
    switch code {
    case ENOSPC, EDQUOT: .diskFull(path)
    default: .unwritable(path, reason: MappedFile.reason(code))
    }
  }
}
