import Checkpoint
import Foundation

extension Footprint {
  /// What serving a model folder takes, as well as its files tell.
  ///
  /// A model of the native engine's families is counted as that engine holds it; any other by the sizes of its files, with
  /// keys and values in single precision. Nil if it holds no weights or no configuration that can be read.
  ///
  /// - Parameters:
  ///   - contextLength: Tokens per sequence.
  ///   - sequences: Sequences at once.
  public init?(of folder: URL, contextLength: Int, sequences: Int = 1) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    let sizes = names.filter { $0.hasSuffix(".safetensors") }.compactMap { name -> Int? in
      var facts = stat()
      return stat(folder.appendingPathComponent(name).path, &facts) == 0 ? Int(facts.st_size) : nil
    }
    guard !sizes.isEmpty else { return nil }
    if let model = try? FitModel(contentsOf: folder, name: folder.lastPathComponent),
      let memory = try? ServingMemory(model, sequences: sequences, on: .native(.init()))
    {
      self = memory.footprint(contextLength: contextLength)
      return
    }
    guard let memory = SequenceMemory(of: folder) else { return nil }
    let weights = sizes.reduce(0, &+)
    self.init(
      weights: weights,
      cache: memory.byteCount(
        tokens: contextLength, sequences: sequences, elementBytes: MemoryLayout<Float>.size),
      scratch: weights / 20, program: 128 << 20)
  }
}

extension Footprint: CustomStringConvertible {
  public var description: String {
    "it needs \(Self.figure(total)) (weights \(Self.figure(weights)), cache \(Self.figure(cache)), scratch "
      + "\(Self.figure(scratch)), program \(Self.figure(program)))"
  }

  /// In megabytes, as messages about budgets have it.
  public static func figure(_ bytes: Int) -> String { String(format: "%.0f MB", Double(bytes) / 1e6) }
}
