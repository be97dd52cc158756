import Checkpoint
import Foundation
import JSON
import Platform
import TestSupport
import Testing

@testable import NativeEngine

/// What mlx-lm 0.32.2 computes of a tiny checkpoint in float32. Golden/families/*.json say by which command they were
/// made; the checkpoints are made by `make families`.
struct FamilyGolden: Sendable, CustomTestStringConvertible {
  let family: String
  let name: String
  let folder: URL
  let prompt: [Int32]
  let positions: [Int]
  let columns: [Int]
  /// By position, the logits of the columns.
  let sample: [[Double]]
  /// The logits after the whole prompt.
  let last: [Double]
  let greedyPrompt: [Int32]
  let greedy: [Int32]

  var testDescription: String { "\(family)/\(name)" }

  /// Those whose checkpoints `make families` made, of types that the engine runs.
  static let known = ((try? all(in: TestModels.families)) ?? []).filter { golden in
    (try? ModelConfig(contentsOf: golden.folder)).map { Families.modelTypes.contains($0.modelType) } ?? false
  }

  /// The families of which checkpoints are in `folder`.
  static func all(in folder: URL) throws -> [FamilyGolden] {
    let goldens = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Golden/families")
    let files = try FileManager.default.contentsOfDirectory(at: goldens, includingPropertiesForKeys: nil)
    return try files.filter { $0.pathExtension == "json" }.sorted { $0.path < $1.path }.flatMap { file in
      let family = file.deletingPathExtension().lastPathComponent
      let golden = try JSONValue(parsing: Data(contentsOf: file))
      let checkpoints = golden["checkpoints"]?.object.map { Array($0.members) } ?? []
      return checkpoints.compactMap { member -> FamilyGolden? in
        let checkpoint = folder.appendingPathComponent("\(family)/\(member.name)")
        guard FileManager.default.fileExists(atPath: checkpoint.appendingPathComponent("config.json").path) else {
          return nil
        }
        return FamilyGolden(family: family, name: member.name, folder: checkpoint, golden, member.value)
      }
    }
  }

  private init?(family: String, name: String, folder: URL, _ golden: JSONValue, _ own: JSONValue) {
    guard let seed = golden["seed"]?.integer, let vocabulary = own["vocabulary"]?.integer,
      let count = golden["prompt_tokens"]?.integer, let positions = golden["positions"]?.array?.compactMap(\.integer),
      let columns = own["columns"]?.array?.compactMap(\.integer), let sample = own["sample"]?.array,
      let last = own["last"]?.array?.compactMap(\.number), let start = own["greedy"]?["start"]?.integer,
      let length = golden["greedy_prompt_tokens"]?.integer, let greedy = own["greedy"]?["tokens"]?.array
    else { return nil }
    self.family = family
    self.name = name
    self.folder = folder
    var generator = SplitMix64(seed: UInt64(seed))
    prompt = (0..<count).map { _ in Int32(generator.next().multipliedFullWidth(by: UInt64(vocabulary)).high) }
    self.positions = positions
    self.columns = columns
    self.sample = sample.map { $0.array?.compactMap(\.number) ?? [] }
    self.last = last
    greedyPrompt = Array(prompt[start..<start + length])
    self.greedy = greedy.compactMap { $0.integer.map(Int32.init) }
  }

  /// - Parameter threads: One unless a test is about them: tests run beside each other.
  func session(
    _ precision: ActivationPrecision = .float32, sequences: Int = 1, threads: Int = 1, rewindableTokens: Int = 1024,
    placement: MappedFile.Placement = .cache
  ) throws -> Session {
    try Session(
      try ModelFolder(contentsOf: folder, placement: placement),
      options: .init(
        threads: threads, contextLength: 1024, activationPrecision: precision, sequences: sequences,
        rewindableTokens: rewindableTokens))
  }
}
