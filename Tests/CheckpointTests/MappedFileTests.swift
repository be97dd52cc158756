import Foundation
import TestSupport
import Testing

@testable import Checkpoint

@Suite("Files in memory")
struct MappedFileTests {
  private static let placements: [MappedFile.Placement] = [.cache, .renewedCache, .memory]

  @Test(
    "A file has the same bytes wherever they stand",
    arguments: placements, [1, 4095, 4096, Mapping.hugePage, Mapping.hugePage * 2 + 4097])
  func bytes(placement: MappedFile.Placement, size: Int) throws {
    let folder = try TemporaryFolder()
    let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
    let file = try MappedFile(contentsOf: folder.write(bytes, to: "f"), placement: placement)
    #expect(file.count == size)
    #expect(file.withBytes { $0.elementsEqual(bytes) })
  }

  @Test("An empty file has no bytes", arguments: placements)
  func empty(placement: MappedFile.Placement) throws {
    let folder = try TemporaryFolder()
    let file = try MappedFile(contentsOf: folder.write([UInt8](), to: "f"), placement: placement)
    #expect(file.count == 0)
    #expect(file.withBytes { $0.isEmpty })
  }

  @Test("Copies stand at drawn offsets, whole steps from a huge page's start")
  func offsets() throws {
    let folder = try TemporaryFolder()
    let url = try folder.write([1, 2, 3], to: "f")
    // All 16 alike would be a chance of one in 512 to the 15th.
    let copies = try (0..<16).map { _ in try MappedFile(contentsOf: url, placement: .memory) }
    let offsets = copies.map { copy in copy.withBytes { Int(bitPattern: $0.baseAddress) % Mapping.hugePage } }
    #expect(Set(offsets).count > 1)
    #expect(offsets.allSatisfy { $0 % Mapping.offsetStep == 0 })
  }

  @Test("A copy outlives what becomes of its file")
  func independent() throws {
    let folder = try TemporaryFolder()
    let url = try folder.write([1, 2, 3], to: "f")
    let file = try MappedFile(contentsOf: url, placement: .memory)
    try FileHandle(forWritingTo: url).truncate(atOffset: 0)
    #expect(file.withBytes { Array($0) } == [1, 2, 3])
  }

  @Test(
    "Rows that are put side by side stand so in memory, and the file's hashes stay",
    arguments: [(1, 4), (2, 6), (4, 12)])
  func rowsInBlocks(unit: Int, rowBytes: Int) throws {
    let folder = try TemporaryFolder()
    // Two blocks from an odd place on, with bytes before, between and after.
    let (start, blockBytes) = (13, 16 * rowBytes)
    let bytes = (0..<start + 5 * blockBytes).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
    let url = try folder.write(bytes, to: "f")
    let (plain, moved) = (try MappedFile(contentsOf: url), try MappedFile(contentsOf: url, placement: .memory))
    let places = [start..<start + 2 * blockBytes, start + 3 * blockBytes..<start + 4 * blockBytes]
    try moved.interleave(Set(places.map { RowBlocks(range: $0, rowBytes: rowBytes, unitBytes: unit) }))
    var expected = bytes
    for place in places {
      for index in place {
        let (row, byte) = ((index - place.lowerBound) / rowBytes, (index - place.lowerBound) % rowBytes)
        let number = (row / 16 * (rowBytes / unit) + byte / unit) * 16 + row % 16
        expected[place.lowerBound + number * unit + byte % unit] = bytes[index]
      }
    }
    #expect(moved.withBytes { $0.elementsEqual(expected) })
    #expect(try moved.sha256() == plain.sha256())
    let parts = [0..<7, start + 5..<start + blockBytes + 1, start + 3 * blockBytes - 1..<bytes.count]
    let (found, known) = (
      try moved.sha256(withParts: parts) { false }, try plain.sha256(withParts: parts) { false }
    )
    #expect(found.whole == known.whole && found.parts == known.parts)
  }

  @Test("What is missing or no file is refused", arguments: placements)
  func refusals(placement: MappedFile.Placement) throws {
    let folder = try TemporaryFolder()
    let missing = folder("none")
    #expect(throws: CheckpointError.notFound(missing.path)) {
      try MappedFile(contentsOf: missing, placement: placement)
    }
    #expect(throws: CheckpointError.unreadable(folder.url.path, reason: "not a regular file")) {
      try MappedFile(contentsOf: folder.url, placement: placement)
    }
  }
}
