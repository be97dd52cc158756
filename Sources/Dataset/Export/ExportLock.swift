import Foundation
import Platform

/// The right to write to a dataset's folder, which one program at a time has.
///
/// It is the kernel's lock of the folder itself (`flock`): it leaves no file, and ends with the program however that ends.
struct ExportLock {
  private let folder: OpenFile

  /// Takes it as soon as it is free; creates the folder if need be.
  ///
  /// - Parameter patience: How long it may be another's, in seconds.
  /// - Throws: `file`.
  init(on folder: URL, patience: Double) throws(DatasetError) {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      self.folder = try OpenFile(folder.path, .folder)
    } catch let error as FileSystemError {
      throw .file(name: folder.lastPathComponent, reason: error.reason)
    } catch {
      throw .file(name: folder.lastPathComponent, reason: error.localizedDescription)
    }
    let end = ContinuousClock.now + .seconds(patience)
    // A file system without such locks is written to without one.
    while let isTaken = try? self.folder.tryLock(), !isTaken {
      guard ContinuousClock.now < end else {
        throw .file(
          name: folder.lastPathComponent,
          reason: "another export has been writing to it for \(Int(patience)) s; repeat the command when that has ended"
        )
      }
      Thread.sleep(forTimeInterval: 0.02)
    }
  }

  /// Keeps the lock until `body` ends.
  func whileHeld<Value>(_ body: () throws(DatasetError) -> Value) throws(DatasetError) -> Value {
    defer { withExtendedLifetime(folder) {} }
    return try body()
  }
}
