import Foundation
import Platform
import TestSupport
import Testing

/// Real processes, since the fault ends one.
@Suite("Files that become shorter while they are mapped")
struct TruncatedFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Maps a file of 64 KiB in another process, which reads it after `meanwhile`.
  private func read(_ name: String, meanwhile: (FileHandle) throws -> Void) throws -> ProgramOutput {
    let file = try folder.write([UInt8](repeating: 1, count: 1 << 16), to: name)
    let helper = try ChildProcess(Program.product("mapping-helper").path, [file.path])
    #expect(String(decoding: helper.output.availableData, as: UTF8.self) == "mapped\n")
    try meanwhile(FileHandle(forWritingTo: file))
    return try ProgramOutput(finishing: helper, input: Data("\n".utf8), within: .seconds(600))
  }

  @Test("The process ends with a message that names the file, and a status of its own")
  func truncated() throws {
    let output = try read("model.safetensors") { try $0.truncate(atOffset: 4096) }
    #expect(output.exit == .exited(74))
    let message = try #require(output.errorText)
    #expect(message.hasPrefix("error: \(folder("model.safetensors").path) became shorter while it was read"))
    #expect(message.split(separator: "\n").count == 1)
  }

  @Test("A name that a terminal would obey is shown and not obeyed")
  func hostileName() throws {
    let output = try read("m\u{1B}[2J.safetensors") { try $0.truncate(atOffset: 0) }
    #expect(output.exit == .exited(74))
    #expect(output.errorText?.contains("\u{1B}") == false && output.errorText?.contains("m [2J.safetensors") == true)
  }

  @Test("A file that stays as it is, or grows, is read to its end")
  func whole() throws {
    #expect(try read("a") { _ in }.text == "65536")
    #expect(try read("b") { try $0.truncate(atOffset: 1 << 20) }.text == "65536")
  }
}
