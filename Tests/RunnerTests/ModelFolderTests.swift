import Fit
import TestSupport
import Testing

@testable import Runner

@Suite("Model folders")
struct ModelFolderTests {
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

  @Test("The stamp of a folder tells files on two devices apart")
  func stamp() {
    func digest(device: UInt64) -> String {
      FolderStamp(files: [.init(name: "a.json", device: device, inode: 2, size: 3, seconds: 4, nanoseconds: 5)]).digest
    }
    #expect(digest(device: 1) == digest(device: 1))
    #expect(digest(device: 1) != digest(device: 7))
  }

  @Test("An estimate needs weights and a configuration, and sums its parts")
  func estimate() throws {
    let folder = try TemporaryFolder()
    let model = folder("m")
    try folder.write(String(repeating: "w", count: 1000), to: "m/model.safetensors")
    #expect(Footprint(of: model, contextLength: 10) == nil)
    try folder.write("{\"num_hidden_layers\": 3, \"num_attention_heads\": 4, \"hidden_size\": 64}", to: "m/config.json")
    let estimate = try #require(Footprint(of: model, contextLength: 10))
    #expect(estimate.weights == 1000 && estimate.cache == 2 * 3 * 64 * 10 * 4)
    #expect(estimate.total == estimate.weights + estimate.cache + estimate.scratch + estimate.program)
  }

  @Test("An id whose place holds GGUF files only, or that names such files, is said to have no MLX build")
  func onlyGGUF() throws {
    let folder = try TemporaryFolder()
    try folder.write("GGUF", to: "org/embedder/embedder-Q8_0.gguf")
    try folder.write("{}", to: "model/config.json")
    try folder.write("{}", to: "model/1_Pooling/config.json")
    let library = ModelLibrary(root: folder.url)
    #expect(library.ids == ["model"] && library.idsOfGGUF == ["org/embedder"])
    #expect(throws: RunnerError.onlyGGUF("org/embedder", files: ["embedder-Q8_0.gguf"])) {
      try library.folder(of: "org/embedder")
    }
    #expect("\(RunnerError.onlyGGUF("org/embedder", files: ["a.gguf"]))".contains("has no MLX build"))
    let legacy = RunnerError.unknownModel("org/nomic-embed-text-v1.5-GGUF", library: "/models", known: [])
    #expect("\(legacy)".contains("an embedding model's is not imported"))
    #expect(!"\(RunnerError.unknownModel("org/other", library: "/models", known: []))".contains("GGUF"))
  }
}
