import TestSupport
import Testing

@testable import Runner

@Suite("Model library")
struct ModelLibraryTests {
  @Test("Ids of one and two parts are found and an unknown id lists them")
  func ids() throws {
    let folder = try TemporaryFolder()
    try folder.write("{}", to: "plain/config.json")
    try folder.write("{}", to: "org/name-4bit/config.json")
    try folder.write("", to: "org/empty/readme")
    let library = ModelLibrary(root: folder.url)
    #expect(library.ids == ["org/name-4bit", "plain"])
    #expect(try library.folder(of: "org/name-4bit").lastPathComponent == "name-4bit")
    #expect(
      throws: RunnerError.unknownModel("other", library: folder.url.path, known: ["org/name-4bit", "plain"])
    ) { try library.folder(of: "other") }
  }

  @Test("An id cannot lead out of the library", arguments: ["../x", "a/../../b", "/etc", "", ".", "a/b/c"])
  func escapes(id: String) throws {
    let folder = try TemporaryFolder()
    #expect(throws: RunnerError.self) { try ModelLibrary(root: folder.url).folder(of: .init(rawValue: id)) }
  }
}
