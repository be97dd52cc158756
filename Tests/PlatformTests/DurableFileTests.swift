import Crypto
import Foundation
import TestSupport
import Testing

@testable import Platform

@Suite("Durable files")
struct DurableFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(_ text: String, to name: String = "file") throws {
    try DurableFile.write(Array(text.utf8), to: folder(name).path, through: folder(".\(name).tmp").path)
  }

  @Test("A file is created and replaced, also by way of what a crash has left")
  func writes() throws {
    try write("one")
    try folder.write("half of something longer", to: ".file.tmp")
    try write("two")
    #expect(try folder.text(of: "file") == "two")
    #expect(folder.names == ["file"])
  }

  @Test("What can't take its name leaves nothing behind, and names the call that failed")
  func cleansUp() throws {
    try folder.write("", to: "folder/inside")
    let error = #expect(throws: FileSystemError.self) { try write("x", to: "folder") }
    #expect(error?.operation == .use && error?.path == folder("folder").path)
    #expect(folder.names == ["folder"])
    #expect(throws: FileSystemError(.open, "/nowhere/.a", code: ENOENT)) {
      try DurableFile.write([1], to: "/nowhere/a", through: "/nowhere/.a")
    }
  }

  @Test("Files and folders move onto files and empty folders, not onto full ones")
  func moves() throws {
    try folder.write("a", to: "one/a")
    try FileManager.default.createDirectory(at: folder("two"), withIntermediateDirectories: true)
    try DurableFile.move(folder("one").path, to: folder("two").path)
    #expect(try folder.text(of: "two/a") == "a")
    try folder.write("b", to: "b")
    try DurableFile.move(folder("b").path, to: folder("two/a").path)
    #expect(try folder.text(of: "two/a") == "b")
    try folder.write("c", to: "three/c")
    let error = #expect(throws: FileSystemError.self) {
      try DurableFile.move(folder("three").path, to: folder("two").path)
    }
    #expect(error?.operation == .rename)
  }

  #if os(Linux)
    @Test("A folder that cannot be flushed is no error, a file that cannot be is one")
    func unflushable() throws {
      // The kernel's virtual file systems have no fsync.
      try DurableFile.synchronize("/proc/self")
      let error = #expect(throws: FileSystemError.self) { try DurableFile.synchronize("/proc/self/stat") }
      #expect(error?.operation == .flush && error?.code == EINVAL)
    }

    @Test("A full disk is an error of the write")
    func fullDisk() throws {
      let file = try OpenFile("/dev/full", .updating(permissions: 0o600))
      #expect(throws: FileSystemError(.write, "/dev/full", code: ENOSPC)) { try file.write([1]) }
    }
  #endif

  @Test("A new file must be new, and a link is followed only for reading")
  func access() throws {
    let file = try folder.write("x", to: "file").path
    try FileManager.default.createSymbolicLink(at: folder("link"), withDestinationURL: folder("file"))
    #expect(throws: FileSystemError(.open, file, code: EEXIST)) { try OpenFile(file, .creating(permissions: 0o600)) }
    let link = folder("link").path
    #expect(throws: FileSystemError(.open, link, code: EEXIST)) { try OpenFile(link, .creating(permissions: 0o600)) }
    #expect(throws: FileSystemError(.open, link, code: ELOOP)) {
      try OpenFile(link, .updating(permissions: 0o600))
    }
    #expect(throws: FileSystemError(.open, link, code: ELOOP)) { try OpenFile(link, .existing) }
    #expect(throws: FileSystemError(.open, link, code: ELOOP)) { try OpenFile(link, .readingUnlinked) }
    #expect(try OpenFile(link, .reading).read(upTo: 10) == [0x78])
    #expect(throws: FileSystemError(.open, file, code: ENOTDIR)) { try OpenFile(file, .folder) }
  }

  @Test("At most as much is read as is asked for")
  func reads() throws {
    let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0) }
    let file = try OpenFile(try folder.write(bytes, to: "file").path, .reading)
    #expect(try file.read(upTo: 200_001) == bytes)
    #expect(try file.read(upTo: 70_000) == Array(bytes[..<70_000]))
    #expect(try file.read(upTo: 0) == [])
  }

  @Test("A path's name, folder and hidden sibling")
  func paths() {
    #expect(DurableFile.name(of: "/a/b.json") == "b.json" && DurableFile.folder(of: "/a/b.json") == "/a")
    #expect(DurableFile.folder(of: "/b") == "/" && DurableFile.folder(of: "b") == ".")
    #expect(DurableFile.hiddenSibling(of: "/a/b.json", suffix: ".lock") == "/a/.b.json.lock")
    #expect(DurableFile.hiddenSibling(of: "b", suffix: ".lock") == ".b.lock")
  }

  @Test("Digests are lower-case hexadecimal digits, of bytes and of a file of several parts")
  func digests() throws {
    #expect([0x00, 0x0F, 0xA0, 0xFF].hexadecimal == "000fa0ff")
    // printf abc | sha256sum
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    #expect(SHA256.hexadecimal(of: Array("abc".utf8)) == abc)
    #expect(SHA256.hash(data: Array("abc".utf8)).hexadecimal == abc)
    let bytes = [UInt8](repeating: 7, count: 2_500_000)
    let file = try folder.write(bytes, to: "file")
    #expect(try SHA256.hexadecimal(ofFileAt: file) == SHA256.hexadecimal(of: bytes))
  }
}
