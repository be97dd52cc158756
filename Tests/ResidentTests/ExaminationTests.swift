import Foundation
import ModelRegistry
import Runner
import Store
import TestSupport
import Testing
import WorkerProtocol

@testable import resident

@Suite("The examination of a set-up")
struct ExaminationTests {
  private let folder: TemporaryFolder
  private var database: URL { folder("resident.sqlite") }

  init() throws {
    folder = try TemporaryFolder()
    try folder.write("{\"models\": {\"default\": \"old\"}}", to: "registry.json")
    try folder.write("{\"weights\": \"old\", \"outputs\": []}", to: "models/old/script.json")
    try folder.write("{}", to: "models/old/config.json")
  }

  private func findings() async -> [String: Finding] {
    let found = await Examination(
      registry: RegistryFile(folder("registry.json")), database: database,
      library: ModelLibrary(root: folder("models")),
      worker: WorkerCommand(executable: Program.product("scripted-worker"), arguments: [])
    ).run()
    return Dictionary(found.map { ($0.subject, $0) }, uniquingKeysWith: { first, _ in first })
  }

  @Test("A set-up that works has no failure, and each resident generates a token")
  func well() async throws {
    _ = try MeasurementStore(at: database, mode: .readWrite)
    let found = await findings()
    #expect(found.values.allSatisfy { $0.state != .failure }, "\(found)")
    #expect(found["database"]?.state == .fine)
    #expect(found["model old"]?.detail.contains("generates a token") == true)
  }

  @Test("Each finding that is not fine says how to mend it")
  func ill() async throws {
    try folder.write("not a database, and long enough to be read as one", to: "resident.sqlite")
    try folder.write("{\"models\": {\"default\": \"gone\"}}", to: "registry.json")
    let found = await findings()
    #expect(found["database"]?.state == .failure && found["model gone"]?.state == .failure)
    #expect(found.values.allSatisfy { $0.state == .fine || $0.remedy != nil }, "\(found)")
  }

  @Test("A registry that cannot be read is a failure")
  func noRegistry() async throws {
    try folder.write("{", to: "registry.json")
    #expect(await findings()["registry"]?.state == .failure)
  }

  @Test("A resident that makes vectors is examined by them, and one of GGUF files only is said to have no MLX build")
  func vectors() async throws {
    let embedder = try TinyEmbedder.complete()
    try embedder.replace(
      "\"pooling_mode_mean_tokens\": true", by: "\"pooling_mode_cls_token\": true", in: "1_Pooling/config.json")
    try FileManager.default.removeItem(at: embedder("config_sentence_transformers.json"))
    try FileManager.default.copyItem(at: embedder.url, to: folder("models/vectors"))
    try folder.write("GGUF", to: "models/legacy/a.gguf")
    try folder.write("{\"models\": {\"embedding\": \"vectors\", \"old\": \"legacy\"}}", to: "registry.json")
    let found = await findings()
    #expect(found["vectors vectors"]?.state == .warning)
    #expect(found["vectors vectors"]?.detail.contains("config_sentence_transformers.json") == true)
    #expect(found["model legacy"]?.state == .failure)
    #expect(found["model legacy"]?.detail.contains("has no MLX build") == true)
    #expect(found["model legacy"]?.remedy?.hasPrefix("resident models add") == true)
  }
}
