import Foundation
import JSON
import TestSupport
import Testing

/// The models of a machine by id, and where data lies unless it is said.
@Suite("Models and data of a folder")
struct ModelLibraryTests {
  private let folder: TemporaryFolder
  private let program: Program
  private let variables: [String: String?]

  init() throws {
    folder = try TemporaryFolder()
    let unset = [
      "HF_HOME", "HF_HUB_CACHE", "OLLAMA_MODELS", "RESIDENT_DB", "RESIDENT_REGISTRY", "RESIDENT_MODELS",
      "XDG_DATA_HOME",
    ]
    variables = Dictionary(unset.map { ($0, nil) }) { first, _ in first }
      .merging(["HOME": folder.url.path]) { $1 }
    program = Program(in: folder.url, variables: variables)
  }

  private var lane: URL { TestModels.uniform }

  private func make(_ path: String, _ text: String = "") throws {
    let url = folder(path)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try text.write(to: url, atomically: true, encoding: .utf8)
  }

  /// What the three programs keep, as they lay it out.
  private func makeCaches() throws {
    let snapshot = folder(".cache/huggingface/hub/models--org--tiny--model/snapshots/abc")
    try FileManager.default.createDirectory(at: snapshot.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.copyItem(at: lane, to: snapshot)
    try make(".cache/huggingface/hub/models--org--half/refs/main", "missing")
    try make(".lmstudio/models/pub/thing/thing-q4.gguf")
    try make(".lmstudio/models/pub/thing/mmproj-thing.gguf")
    try make(".ollama/models/blobs/sha256-12")
    try make(
      ".ollama/models/manifests/registry.ollama.ai/library/small/1b",
      #"{"layers": [{"mediaType": "application/vnd.ollama.image.model", "digest": "sha256:12"}]}"#)
    try make(".ollama/models/manifests/registry.ollama.ai/library/small/broken", "{")
  }

  @Test("What other programs keep is found, and a folder is used where it lies")
  func found() throws {
    try makeCaches()
    let listed = try program.run("models", "list", "--found", "--json")
    let models = try JSONValue(parsing: listed.output)["models"]?.array ?? []
    #expect(models.compactMap { $0["id"]?.string } == ["org/tiny--model", "pub/thing-q4", "small-1b"])
    #expect(models.compactMap { $0["found_with"]?.string } == ["Hugging Face", "LM Studio", "Ollama"])
    let added = try program.run("models", "add", "org/tiny--model", "--id", "tiny")
    #expect(added.status == 0, "\(added.errors)")
    let own = try JSONValue(parsing: try program.run("models", "list", "--json").output)["models"]?.array?.first
    #expect(own?["id"] == "tiny" && own?["family"] == "LlamaForCausalLM")
    #expect(own?["path"]?.string?.hasSuffix("snapshots/abc") == true)
    // What the library has is not found a second time.
    let again = try JSONValue(parsing: try program.run("models", "list", "--found", "--json").output)["models"]?.array
    #expect(again?.count == 3)
  }

  @Test("What is no model, has an id already or can't be an id is refused by name")
  func refused() throws {
    try make("empty/readme.txt")
    try make("notes.txt")
    for (arguments, word) in [
      (["empty"], "no config.json"), (["notes.txt"], "neither a model folder nor a GGUF"),
      (["absent"], "no file absent"),
      ([lane.path, "--id", "a/b/c"], "can't be an id"), ([lane.path, "--id", "../up"], "can't be an id"),
    ] {
      let result = try program.run(["models", "add"] + arguments)
      #expect(result.status == 2 && result.errors.contains(word), "\(result.errors)")
    }
    #expect(try program.run("models", "add", lane.path).status == 0)
    let twice = try program.run("models", "add", lane.path)
    #expect(twice.status == 2 && twice.errors.contains("exists"))
  }

  @Test("A .resident in the working folder or above comes before the user's, and one above is named")
  func project() throws {
    try FileManager.default.createDirectory(at: folder("project/.resident"), withIntermediateDirectories: true)
    try FileManager.default.createDirectory(at: folder("project/inner"), withIntermediateDirectories: true)
    try make("project/.resident/registry.json", #"{"models": {"default": "org/a"}}"#)
    func run(in name: String, _ arguments: String...) throws -> Program.Result {
      try Program(in: folder(name), variables: variables).run(arguments)
    }
    #expect(try run(in: "project/inner", "registry", "resolve", "default").output.contains("org/a"))
    let missing = try run(in: "project/inner", "sessions")
    #expect(missing.errors.contains("project/.resident/resident.sqlite"))
    #expect(missing.errors.contains("using "))
    #expect(try !run(in: "project", "sessions").errors.contains("using "))
    // Without one, the user's data folder below HOME is meant.
    #expect(try program.run("sessions").errors.contains("\(folder.url.lastPathComponent)/resident.sqlite") == false)
    #expect(try program.run("sessions").errors.contains("resident/resident.sqlite"))
  }

  @Test(
    "A .resident that belongs to somebody else is not used",
    .enabled(if: geteuid() == 0, "only the superuser can give a folder away"))
  func foreignProject() throws {
    try make("project/.resident/registry.json", #"{"models": {"default": "org/theirs"}}"#)
    try FileManager.default.createDirectory(at: folder("project/inner"), withIntermediateDirectories: true)
    func resolve() throws -> Program.Result {
      try Program(in: folder("project/inner"), variables: variables).run("registry", "resolve", "default")
    }
    #expect(try resolve().output.contains("org/theirs"))
    try #require(chown(folder("project/.resident").path, 65534, 65534) == 0)
    let result = try resolve()
    #expect(result.status != 0 && !result.output.contains("org/theirs"), "\(result.output)")
  }
}
