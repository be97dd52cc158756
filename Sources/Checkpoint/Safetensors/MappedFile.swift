import Foundation

/// The bytes of a file, mapped read-only into memory until the last reference goes.
///
/// A file that another process truncates while it is mapped faults on access, as every mapping does: replace model
/// files by renaming, never in place.
public final class MappedFile: Sendable {
  /// Where the bytes came from.
  public let url: URL
  private nonisolated(unsafe) let memory: UnsafeRawBufferPointer  // Immutable and only read: safe to share.

  /// The contents; valid while this object lives.
  ///
  /// A local reference ends with its last use, not with its scope: if nothing else holds the object, read through
  /// `withBytes`.
  public var bytes: UnsafeRawBufferPointer { memory }

  /// Calls `body` with the contents, which stay mapped until it returns.
  public func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(self) {} }
    return try body(memory)
  }

  /// Bytes in the file.
  public var count: Int { memory.count }

  /// Maps a regular file.
  ///
  /// - Throws: `.notFound`, or `.unreadable` with the system's reason.
  public init(contentsOf url: URL) throws(CheckpointError) {
    let descriptor = open(url.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw errno == ENOENT ? .notFound(url.path) : .unreadable(url.path, reason: Self.reason(errno))
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .unreadable(url.path, reason: Self.reason(errno)) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .unreadable(url.path, reason: "not a regular file") }
    self.url = url
    let size = Int(status.st_size)
    guard size > 0 else {
      memory = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    let address = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let address, address != MAP_FAILED else { throw .unreadable(url.path, reason: Self.reason(errno)) }
    memory = UnsafeRawBufferPointer(start: address, count: size)
  }

  deinit {
    if let address = memory.baseAddress { munmap(UnsafeMutableRawPointer(mutating: address), memory.count) }
  }

  static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
}
