import Checkpoint
import Foundation

/// How much memory a model will need, from the sizes of its files and its configuration alone.
public struct CapacityEstimate: Sendable, Equatable, CustomStringConvertible {
  /// Bytes of the weight files.
  public var weights: Int
  /// Bytes that layers remember of the longest sequence, in single precision.
  public var cache: Int
  /// Bytes of activations, logits and the program itself: a twentieth of the weights and 128 MiB.
  public var scratch: Int

  /// The sum; one that overflows is `Int.max`.
  public var bytes: Int {
    [weights, cache, scratch].reduce(0) { sum, part in
      let (total, overflow) = sum.addingReportingOverflow(part)
      return overflow ? Int.max : total
    }
  }

  /// Estimates the need of a model folder; nil if it holds no weights or no configuration that can be read.
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
    guard !sizes.isEmpty, let memory = SequenceMemory(of: folder) else { return nil }
    weights = sizes.reduce(0, &+)
    cache = memory.byteCount(tokens: contextLength, sequences: sequences, elementBytes: MemoryLayout<Float>.size)
    scratch = weights / 20 + (128 << 20)
  }

  public var description: String {
    "it needs \(Self.figure(bytes)) (weights \(Self.figure(weights)), cache \(Self.figure(cache)), scratch "
      + "\(Self.figure(scratch)))"
  }

  static func figure(_ bytes: Int) -> String { String(format: "%.0f MB", Double(bytes) / 1e6) }
}
