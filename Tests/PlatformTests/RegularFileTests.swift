import Foundation
import TestSupport
import Testing

@testable import Platform

@Suite("Files that somebody else may have put there")
struct RegularFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func link(_ name: String, to target: String) throws -> String {
    try FileManager.default.createSymbolicLink(atPath: folder(name).path, withDestinationPath: target)
    return folder(name).path
  }

  @Test("A named pipe, a device by a link and a folder are refused at once, not read")
  func reading() throws {
    #expect(mkfifo(folder("pipe").path, 0o600) == 0)
    #expect(throws: FileSystemError(notUsable: folder("pipe").path, "it is a named pipe, no regular file")) {
      try RegularFile.read(folder("pipe").path)
    }
    let zero = try link("zero", to: "/dev/zero")
    #expect(throws: FileSystemError(notUsable: zero, "it is a device, no regular file")) { try RegularFile.read(zero) }
    #expect(throws: FileSystemError.self) { try RegularFile.read(folder.url.path) }
    #expect(throws: FileSystemError.self) { try RegularFile.handle(forReading: zero) }
    try folder.write("abc", to: "file")
    #expect(try RegularFile.read(try link("link", to: "file"), upTo: 2) == Array("ab".utf8))
  }

  @Test("What a link leads to is never written, neither in the target's place nor in the temporary file's")
  func writing() throws {
    try folder.write("the only copy", to: "victim")
    let target = try link("out.json", to: "victim")
    let error = #expect(throws: FileSystemError.self) { try DurableFile.write([1], to: target) }
    #expect(error?.reason == "it is a symbolic link, which is not written over; remove it or name another file")
    #expect(throws: FileSystemError.self) { try RegularFile.handle(replacing: target) }
    #expect(throws: FileSystemError.self) { try OpenFile(target, .appending(permissions: 0o600)) }
    let temporary = try link(".new.json.tmp", to: "victim")
    try DurableFile.write(Array("new".utf8), to: folder("new.json").path, through: temporary)
    #expect(try folder.text(of: "victim") == "the only copy" && folder.text(of: "new.json") == "new")
    #expect(folder.names == ["new.json", "out.json", "victim"])
  }

  @Test("A named pipe is not waited for when it is written")
  func pipe() throws {
    let path = folder("pipe").path
    #expect(mkfifo(path, 0o600) == 0)
    #expect(throws: FileSystemError.self) { try DurableFile.write([1], to: path) }
    #expect(throws: FileSystemError.self) { try RegularFile.handle(replacing: path) }
    #expect(throws: FileSystemError.self) { try OpenFile(path, .appending(permissions: 0o600)).regular() }
    #expect(FileStatus(ofNameAt: path)?.kind == .pipe)
  }

  @Test("A file is written part by part in place of another one, whose other names keep their bytes")
  func parts() throws {
    try folder.write("old", to: "file")
    #expect(Foundation.link(folder("file").path, folder("other").path) == 0)
    let handle = try RegularFile.handle(replacing: folder("file").path)
    try handle.write(contentsOf: Data("ne".utf8))
    try handle.write(contentsOf: Data("w".utf8))
    try handle.close()
    #expect(try folder.text(of: "file") == "new" && folder.text(of: "other") == "old")
  }

  @Test("Text is appended whole")
  func appending() throws {
    let path = folder("summary").path
    for part in ["one\n", "two\n"] {
      try OpenFile(path, .appending(permissions: 0o600)).regular().append(Array(part.utf8))
    }
    #expect(try folder.text(of: "summary") == "one\ntwo\n")
  }
}
