import Foundation
import Measurements
import Platform
import TestSupport
import Testing

@testable import ModelRegistry

@Suite struct RegistryFileTests {
  private static let before = "{\"models\":{\"default\":\"o/a\"}}"
  private static let after = "{\"models\":{\"default\":\"o/b\"}}"
  private let folder: TemporaryFolder
  private let url: URL
  private let edit: RegistryEdit

  init() throws {
    folder = try TemporaryFolder()
    url = try folder.write(Self.before, to: "registry.json")
    edit = try RegistryEdit(role: "default", expected: "o/a", replacement: "o/b")
  }

  private func expectUnchanged() throws {
    #expect(try folder.text(of: "registry.json") == Self.before)
    #expect(folder.names == ["registry.json"])
  }

  @Test("An edit changes the file, says what it changed and leaves nothing else in the folder")
  func applies() throws {
    let diff = try RegistryFile(url).apply(edit)
    #expect(try folder.text(of: "registry.json") == Self.after)
    #expect(folder.names == ["registry.json"])
    #expect(diff.description.contains("-\(Self.before)\n"))
    #expect(diff.description.contains("+\(Self.after)\n"))
  }

  @Test("A preview shows the same patch and changes nothing")
  func previews() throws {
    let diff = try RegistryFile(url).proposal(for: edit).diff
    try expectUnchanged()
    #expect(try RegistryFile(url).apply(edit) == diff)
  }

  @Test("A relative path is kept as written in the patch")
  func relativePath() throws {
    let relative = URL(fileURLWithPath: "registry.json", relativeTo: folder.url)
    #expect(try RegistryFile(relative).proposal(for: edit).diff.description.hasPrefix("--- a/registry.json\n"))
  }

  @Test("Permissions stay", arguments: [0o600, 0o644, 0o664])
  func keepsPermissions(_ permissions: Int) throws {
    try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: url.path)
    try RegistryFile(url).apply(edit)
    #expect(try FileManager.default.attributesOfItem(atPath: url.path)[.posixPermissions] as? Int == permissions)
  }

  @Test("A read-only file is not edited, even for the superuser", arguments: [0o440, 0o444, 0o400])
  func readOnly(_ permissions: Int) throws {
    try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: url.path)
    #expect(throws: RegistryError.file(path: try DurableFile.canonicalPath(of: url.path), .readOnlyFile)) {
      try RegistryFile(url).apply(edit)
    }
    try expectUnchanged()
  }

  @Test("A file with a second name is not edited, since the other name would keep the old text")
  func hardLinks() throws {
    #expect(link(url.path, folder("other.json").path) == 0)
    #expect(throws: RegistryError.file(path: try DurableFile.canonicalPath(of: url.path), .hardLinks(names: 2))) {
      try RegistryFile(url).apply(edit)
    }
    #expect(try folder.text(of: "other.json") == Self.before)
    #expect(unlink(folder("other.json").path) == 0)
    try expectUnchanged()
  }

  #if os(Linux)
    /// Python's os module, since the shell's tools for attributes are not everywhere.
    private func python(_ code: String) throws -> ProgramOutput {
      try ProgramOutput(
        running: URL(fileURLWithPath: "/usr/bin/env"),
        ["python3", "-c", "import os, sys; \(code)", url.path, folder.url.path])
    }

    /// Whether the temporary folder's file system has extended attributes of users, and Python is there.
    private func hasAttributes() throws -> Bool {
      try python("os.setxattr(sys.argv[1], 'user.resident', b'kept')").exit == .exited(0)
    }

    /// The binary form of a list of access (acl_ea in linux/posix_acl_xattr.h): the owner may read and write, the user 65534
    /// may read.
    private static let access =
      "struct.pack('<I' + 'HHI' * 5, 2, 1, 6, 2**32 - 1, 2, 4, 65534, 4, 4, 2**32 - 1, 16, 4, 2**32 - 1, 32, 0, 2**32 - 1)"

    @Test("Extended attributes and the list of access stay, and none is added from the folder")
    func attributes() throws {
      guard try hasAttributes() else { return }
      let set = "import struct; acl = \(Self.access); os.setxattr(sys.argv[1], 'system.posix_acl_access', acl)"
      let hasLists = try python(set).exit == .exited(0)
      let before = try python("print([(n, os.getxattr(sys.argv[1], n)) for n in sorted(os.listxattr(sys.argv[1]))])")
        .text
      #expect(before?.contains("kept") == true && (!hasLists || before?.contains("posix_acl_access") == true))
      try RegistryFile(url).apply(edit)
      #expect(try folder.text(of: "registry.json") == Self.after)
      #expect(
        try python("print([(n, os.getxattr(sys.argv[1], n)) for n in sorted(os.listxattr(sys.argv[1]))])").text
          == before)
      #expect(folder.names == ["registry.json"])
    }

    @Test("A list of access that the folder gives to new files is not added to one that had none")
    func inheritedAccess() throws {
      let set = "import struct; os.setxattr(sys.argv[2], 'system.posix_acl_default', \(Self.access))"
      guard try python(set).exit == .exited(0) else { return }
      try RegistryFile(url).apply(edit)
      #expect(try python("print(os.listxattr(sys.argv[1]))").text == "[]")
    }
  #endif

  @Test("A link's target is edited and the link kept")
  func followsLinks() throws {
    let links = try TemporaryFolder()
    let link = links("link.json")
    try FileManager.default.createSymbolicLink(at: link, withDestinationURL: url)
    try RegistryFile(link).apply(edit)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link.path) == url.path)
    #expect(try folder.text(of: "registry.json") == Self.after)
    #expect(links.names == ["link.json"])
    #expect(folder.names == ["registry.json"])
  }

  @Test("An edit that changes nothing writes nothing")
  func writesNothing() throws {
    let asserting = try RegistryEdit(role: "default", expected: "o/a", replacement: "o/a")
    let file = RegistryFile(url) { step in #expect(step == .locked || step == .computed) }
    #expect(try file.apply(asserting).isEmpty)
  }

  @Test("A moved resident is refused and nothing left behind")
  func refusesMovedResident() throws {
    let stale = try RegistryEdit(role: "default", expected: "o/z", replacement: "o/b")
    #expect(throws: RegistryError.residentMoved("default", expected: "o/z", found: "o/a")) {
      try RegistryFile(url).apply(stale)
    }
    try expectUnchanged()
  }

  @Test(
    "A failure at any step before the rename leaves the old file and nothing else",
    arguments: WriteStep.allCases.prefix { $0 != .installed })
  func cleansUp(_ failing: WriteStep) throws {
    let failure = RegistryError.file(path: "registry.json", .diskFull)
    let file = RegistryFile(url) { step throws(RegistryError) in if step == failing { throw failure } }
    #expect(throws: failure) { try file.apply(edit) }
    try expectUnchanged()
  }

  @Test("What a killed edit left is removed by the next one, and what looks like it is not")
  func removesStaleTemporaries() throws {
    try folder.write("half", to: ".registry.json.1f00ba5.tmp")
    try folder.write("4711", to: ".registry.json.lock")
    try folder.write("mine", to: ".registry.json.backup.tmp")
    try folder.write("mine", to: ".other.json.1f00ba5.tmp")
    try RegistryFile(url).apply(edit)
    #expect(folder.names == [".other.json.1f00ba5.tmp", ".registry.json.backup.tmp", "registry.json"])
  }

  @Test("A change by a program without the lock is not overwritten")
  func noticesForeignChange() throws {
    let foreign = Self.before + "\n"
    let file = RegistryFile(url) { [url] step in
      if step == .temporaryFlushed { #expect(throws: Never.self) { try Data(foreign.utf8).write(to: url) } }
    }
    let error = #expect(throws: RegistryError.self) { try file.apply(edit) }
    guard case .file(_, .changedDuringEdit) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(try folder.text(of: "registry.json") == foreign)
    #expect(folder.names == ["registry.json"])
  }

  @Test("A missing file, a folder and a dangling link are told apart from a registry")
  func notAFile() throws {
    let missing = folder("missing.json")
    #expect(throws: RegistryError.file(path: missing.path, .notFound)) { try RegistryFile(missing).apply(edit) }
    #expect(throws: RegistryError.file(path: missing.path, .notFound)) { try Registry(contentsOf: missing) }
    #expect(throws: RegistryError.file(path: folder.url.path, .notARegularFile)) {
      try Registry(contentsOf: folder.url)
    }
    #expect(mkfifo(missing.path, 0o600) == 0)
    #expect(throws: RegistryError.file(path: missing.path, .notARegularFile)) { try Registry(contentsOf: missing) }
  }

  @Test("A file that is far too large is not read")
  func tooLarge() throws {
    let handle = try FileHandle(forWritingTo: url)
    try handle.truncate(atOffset: UInt64(DocumentBytes.sizeLimit) + 1)
    try handle.close()
    #expect(throws: RegistryError.file(path: url.path, .tooLarge(limit: DocumentBytes.sizeLimit))) {
      try Registry(contentsOf: url)
    }
  }

  @Test("A read-only folder is named", .enabled(if: geteuid() != 0, "no folder is read-only for root"))
  func readOnlyFolder() throws {
    let canonical = try DurableFile.canonicalPath(of: folder.url.path)
    try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: canonical)
    defer { try? FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: canonical) }
    #expect(throws: RegistryError.file(path: canonical, .notPermitted)) { try RegistryFile(url).apply(edit) }
    try expectUnchanged()
  }

  #if os(Linux)
    @Test("A full disk is named")
    func fullDisk() throws {
      let full = try OpenFile("/dev/full", .updating(permissions: 0o644))
      let error = #expect(throws: RegistryError.self) { try RegistryError.converting(full.write([1])) }
      #expect(error == .file(path: "/dev/full", .diskFull))
      #expect(error?.description.contains("ENOSPC") == true)
    }
  #endif

  @Test("System errors that need different remedies are different errors")
  func systemErrors() {
    let problems: [(Int32, RegistryError.FileProblem)] = [
      (ENOSPC, .diskFull), (EDQUOT, .diskFull), (EACCES, .notPermitted), (EROFS, .readOnlyFileSystem),
      (ENOENT, .notFound), (EIO, .failed(operation: "read it", reason: String(cString: strerror(EIO)))),
    ]
    for (code, problem) in problems {
      #expect(RegistryError(FileSystemError(.read, "r", code: code)) == .file(path: "r", problem))
    }
  }

  @Test("A file in the Nix store counts as generated")
  func generated() {
    #expect(RegistryFile.isGenerated("/nix/store/abc-home-manager-files/registry.json"))
    #expect(!RegistryFile.isGenerated("/home/nix/store/registry.json"))
  }
}
