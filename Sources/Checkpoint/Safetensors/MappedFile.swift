import Foundation
import Synchronization

/// The bytes of a file, read-only in memory until the last reference goes.
///
/// If another process truncates a file while it is mapped, this one ends with a message on standard error, since the bytes
/// are gone: replace model files by renaming, never in place. A copy does not depend on the file.
public final class MappedFile: Sendable {
  /// Where the bytes stand.
  public enum Placement: Sendable {
    /// In the pages in which the system caches the file. They stay where they are for as long as it is cached, and with
    /// them the speed at which they are read.
    case cache
    /// The same, after the system has dropped the pages that it can, so that they are placed anew.
    case renewedCache
    /// In memory of this process, at an address drawn for each copy.
    case memory
  }

  /// Where the bytes came from.
  public let url: URL
  // Immutable and only read: safe to share.
  nonisolated(unsafe) let mapping: Mapping
  /// Rows that stand side by side in memory, by place.
  let blocks = Mutex<[RowBlocks]>([])

  /// The contents, except that rows stand where `interleave` moved them; valid while this object lives.
  ///
  /// A local reference ends with its last use, not with its scope: if nothing else holds the object, read through
  /// `withBytes`.
  public var bytes: UnsafeRawBufferPointer { mapping.bytes }

  /// Calls `body` with the contents, which stay in memory until it returns.
  public func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(self) {} }
    return try body(bytes)
  }

  /// Whether the bytes are a copy in memory of this process.
  public var isCopy: Bool { mapping.isCopy }

  /// Bytes in the file.
  public var count: Int { bytes.count }

  /// Maps or copies a regular file.
  ///
  /// - Throws: `.notFound`, or `.unreadable` with the system's reason.
  public init(contentsOf url: URL, placement: Placement = .cache) throws(CheckpointError) {
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
    do throws(MappingFailure) {
      switch placement {
      case _ where size == 0: mapping = Mapping()
      case .cache: mapping = try Mapping(of: descriptor, size: size, path: url.path)
      case .renewedCache:
        Self.dropCachedPages(of: descriptor)
        mapping = try Mapping(of: descriptor, size: size, path: url.path)
      case .memory: mapping = try Mapping(copying: descriptor, size: size)
      }
    } catch {
      throw .unreadable(url.path, reason: error.reason)
    }
  }

  deinit { mapping.unmap() }

  /// Pages that are mapped or not yet written stay; systems without such a request keep all of them.
  private static func dropCachedPages(of descriptor: Int32) {
    #if os(Linux)
      _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
    #endif
  }

  static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
}
