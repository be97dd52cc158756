import Foundation
import Platform

/// Puts a file of a dataset into place so that it is there whole or not at all, whenever the machine stops.
///
/// Errors are `POSIXError`s, whose words go into ``DatasetError``.
enum DurableWrite {
  /// Creates a file by way of a hidden sibling, or replaces it.
  ///
  /// What a crash leaves is overwritten by the next attempt: the sibling's name depends on the file's name alone.
  static func create(_ name: String, in folder: URL, _ bytes: [UInt8]) throws {
    let (target, temporary) = (folder.appendingPathComponent(name), folder.appendingPathComponent(".\(name).tmp"))
    do throws(FileSystemError) {
      try DurableFile.write(bytes, to: target.path, through: temporary.path)
    } catch {
      throw POSIXError(error)
    }
  }

  /// Gives a file of the same volume its name, in place of what has that name; creates the folder if need be.
  static func move(_ file: URL, to target: URL) throws {
    try FileManager.default.createDirectory(at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
    do throws(FileSystemError) {
      try DurableFile.move(file.path, to: target.path)
    } catch {
      throw POSIXError(error)
    }
  }
}

extension POSIXError {
  fileprivate init(_ error: FileSystemError) { self.init(POSIXErrorCode(rawValue: error.code) ?? .EIO) }
}
