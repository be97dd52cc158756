import Crypto
import Foundation
import Measurements
import Platform
import Synchronization

extension WorkerConditions {
  /// What a worker runs under right now, seen from outside, with what it said of its weights and its server when it had
  /// loaded them.
  ///
  /// A wrapper may stay between the runner and the program that computes, and a server is a process of its own: whatever
  /// the worker started is looked at with it.
  init(of worker: ModelWorker, isOverridden: Bool, executables: ExecutableHashes) {
    let processes = ProcessTable.tree(of: worker.process.processIdentifier)
    self.init(
      executables: Set(processes.compactMap(executables.hash(ofProcess:))).sorted(),
      niceValue: processes.compactMap(Machine.niceValue(of:)).max(),
      affinity: processes.compactMap(Machine.affinity(of:)).min { $0.numbers.count < $1.numbers.count }?.description,
      weightsPlace: worker.loaded.weightsPlace, hugePageBytes: worker.loaded.hugePageBytes, isOverridden: isOverridden,
      isAttached: worker.loaded.isAttached)
  }
}

/// Hashes of executables, each computed once per session: they are large.
final class ExecutableHashes: Sendable {
  /// What tells one state of a file from another without reading it.
  private struct FileIdentity: Hashable {
    let device: UInt64
    let inode: UInt64
    let size: Int64
    let modifiedSeconds: Int64
    let modifiedNanoseconds: Int64

    /// Nil if there is no such file.
    init?(ofFileAt path: String) {
      var status = stat()
      guard stat(path, &status) == 0 else { return nil }
      #if canImport(Darwin)
        let modified = status.st_mtimespec
      #else
        let modified = status.st_mtim
      #endif
      device = UInt64(truncatingIfNeeded: status.st_dev)
      inode = UInt64(truncatingIfNeeded: status.st_ino)
      size = Int64(status.st_size)
      modifiedSeconds = Int64(modified.tv_sec)
      modifiedNanoseconds = Int64(modified.tv_nsec)
    }
  }

  private let hashes = Mutex<[FileIdentity: String]>([:])

  /// SHA-256 of the executable of a process; nil if the process is gone or the file cannot be read.
  func hash(ofProcess process: Int32) -> String? {
    guard let path = Machine.executable(of: process), let identity = FileIdentity(ofFileAt: path) else { return nil }
    if let known = hashes.withLock({ $0[identity] }) { return known }
    guard let hash = try? SHA256.hexadecimal(ofFileAt: URL(fileURLWithPath: path)) else { return nil }
    hashes.withLock { $0[identity] = hash }
    return hash
  }
}
