import CPlatform
import Foundation
import Platform

/// Pages of this process's address space, and the bytes of a file that stand in them.
struct Mapping {
  let bytes: UnsafeRawBufferPointer
  private let pages: UnsafeRawBufferPointer
  /// What `CPlatform` knows the pages by; nil for pages that no file stands behind.
  private let watch: Int32?

  /// No bytes.
  init() {
    bytes = UnsafeRawBufferPointer(start: nil, count: 0)
    pages = bytes
    watch = nil
  }

  /// The file's own pages.
  ///
  /// If the file becomes shorter while they are read, the process ends with a message and `MAPPINGS_EXIT_STATUS`.
  init(of descriptor: Int32, size: Int, path: String) throws(MappingFailure) {
    guard let address = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), address != MAP_FAILED else {
      throw MappingFailure(code: errno)
    }
    bytes = UnsafeRawBufferPointer(start: address, count: size)
    pages = bytes
    watch = mappings_watch(
      address, size,
      "error: \(path.printable) became shorter while it was read, or its disk failed; nothing was finished. Put model "
        + "files in place by renaming, and never write into them\n")
  }

  /// Ends the mapping; the bytes are not read afterwards.
  func unmap() {
    if let watch { mappings_forget(watch) }
    if let address = pages.baseAddress { munmap(UnsafeMutableRawPointer(mutating: address), pages.count) }
  }
}

/// Copies.
extension Mapping {
  var isCopy: Bool { watch == nil }

  /// Calls `body` with the bytes of a copy, which can be written meanwhile.
  func write(_ body: (UnsafeMutableRawBufferPointer) -> Void) throws(MappingFailure) {
    precondition(isCopy, "the pages of a file are never written")
    // All pages at once: a part of a huge page cannot have other rights than the rest of it.
    func allow(_ rights: Int32) throws(MappingFailure) {
      guard let address = pages.baseAddress else { return }
      guard mprotect(UnsafeMutableRawPointer(mutating: address), pages.count, rights) == 0 else {
        throw MappingFailure(code: errno)
      }
    }
    try allow(PROT_READ | PROT_WRITE)
    body(UnsafeMutableRawBufferPointer(mutating: bytes))
    try allow(PROT_READ)
  }

  /// The size of a huge page on x86-64, and on arm64 with pages of 4 KiB.
  static let hugePage = 2 << 20
  /// The bytes start at a multiple of this.
  static let offsetStep = 4096
  /// Bytes per call: Linux reads no more than 2 GiB at once.
  private static let pieceLimit = 64 << 20

  /// A copy in memory of its own, in huge pages where the system offers them.
  ///
  /// The copy starts at an offset into the first huge page that is drawn each time: what an address does to the speed of
  /// reading differs from copy to copy, and so averages out.
  init(copying descriptor: Int32, size: Int) throws(MappingFailure) {
    let offset = Int.random(in: 0..<Self.hugePage / Self.offsetStep) * Self.offsetStep
    // Room for every offset, so that all copies of a file hold the same amount of memory.
    let count = (size + Self.hugePage - 1) / Self.hugePage * Self.hugePage + Self.hugePage
    let pages = try Self.alignedPages(count)
    do throws(MappingFailure) {
      #if os(Linux)
        // A kernel without huge pages refuses this, and the copy stands in small ones.
        madvise(pages.baseAddress, count, MADV_HUGEPAGE)
      #endif
      try Self.fill(UnsafeMutableRawBufferPointer(rebasing: pages[offset..<offset + size]), from: descriptor)
      // The offset does not decide whether the last huge page is held.
      pages[count - 1] = 0
      guard mprotect(pages.baseAddress, count, PROT_READ) == 0 else { throw MappingFailure(code: errno) }
    } catch {
      munmap(pages.baseAddress, count)
      throw error
    }
    watch = nil
    self.pages = UnsafeRawBufferPointer(pages)
    bytes = UnsafeRawBufferPointer(rebasing: self.pages[offset..<offset + size])
  }

  /// Anonymous pages that start at a multiple of `hugePage`.
  private static func alignedPages(_ count: Int) throws(MappingFailure) -> UnsafeMutableRawBufferPointer {
    let reserved = count + hugePage
    guard let start = mmap(nil, reserved, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0), start != MAP_FAILED
    else { throw MappingFailure(code: errno) }
    let before = -Int(bitPattern: start) & (hugePage - 1)
    if before > 0 { munmap(start, before) }
    if before < hugePage { munmap(start + before + count, hugePage - before) }
    return UnsafeMutableRawBufferPointer(start: start + before, count: count)
  }

  private static func fill(
    _ bytes: UnsafeMutableRawBufferPointer, from descriptor: Int32
  ) throws(MappingFailure) {
    var filled = 0
    while filled < bytes.count {
      let piece = UnsafeMutableRawBufferPointer(rebasing: bytes[filled..<min(filled + pieceLimit, bytes.count)])
      let count = read(descriptor, piece.baseAddress, piece.count)
      guard count >= 0 || errno == EINTR else { throw MappingFailure(code: errno) }
      guard count != 0 else { throw MappingFailure(reason: "it became shorter while it was read") }
      filled += max(count, 0)
    }
  }
}

/// Why a file could not be brought into memory.
struct MappingFailure: Error {
  let reason: String

  init(reason: String) { self.reason = reason }

  init(code: Int32) { reason = MappedFile.reason(code) }
}
