import Foundation
import Platform

/// Chooses the next token from logits.
public struct Sampler: Sendable {
  /// How tokens are chosen.
  public struct Settings: Sendable, Equatable {
    /// 0 takes the likeliest token.
    public var temperature: Double
    /// Nucleus sampling (Holtzman et al. 2020): draws from the smallest set of likeliest tokens with at least this
    /// probability.
    public var topP: Double
    public var seed: UInt64

    public init(temperature: Double = 0, topP: Double = 1, seed: UInt64 = 0) {
      self.temperature = temperature
      self.topP = topP
      self.seed = seed
    }

    /// Always the likeliest token.
    public static let greedy = Settings()
  }

  private let settings: Settings
  private var generator: SplitMix64

  public init(_ settings: Settings) {
    self.settings = settings
    generator = SplitMix64(seed: settings.seed)
  }

  /// The id of the next token; at temperature 0 the lowest of the likeliest.
  public mutating func next(_ logits: Logits) -> Int32 {
    logits.withUnsafeBufferPointer { next($0) }
  }

  mutating func next(_ logits: UnsafeBufferPointer<Float>) -> Int32 {
    guard settings.temperature > 0 else { return Self.likeliest(logits) }
    let largest = logits.max() ?? 0
    let weights = logits.map { exp((Double($0) - Double(largest)) / settings.temperature) }
    let total = weights.reduce(0, +)
    guard settings.topP < 1 else { return Self.draw(weights.indices, weights, total * generator.nextUnit()) }
    var kept: [Int] = []
    var mass = 0.0
    for id in weights.indices.sorted(by: { (weights[$0], $1) > (weights[$1], $0) }) {
      kept.append(id)
      mass += weights[id]
      if mass >= settings.topP * total { break }
    }
    return Self.draw(kept, weights, mass * generator.nextUnit())
  }

  /// The argmax; the lowest id of equals.
  static func likeliest(_ logits: Logits) -> Int32 { logits.withUnsafeBufferPointer { likeliest($0) } }

  private static func likeliest(_ logits: UnsafeBufferPointer<Float>) -> Int32 {
    // Only blocks whose largest is larger than all before are searched for its id.
    var best = 0
    var largest = -Float.infinity
    for block in stride(from: 0, to: logits.count, by: 64) {
      let ids = block..<min(block + 64, logits.count)
      guard blockLargest(logits, ids) > largest else { continue }
      for id in ids where logits[id] > largest { (best, largest) = (id, logits[id]) }
    }
    return Int32(best)
  }

  private static func blockLargest(_ logits: UnsafeBufferPointer<Float>, _ ids: Range<Int>) -> Float {
    guard ids.count == 64, let base = logits.baseAddress else { return .infinity }
    let vectors = UnsafeRawPointer(base + ids.lowerBound)
    var largest = vectors.loadUnaligned(as: SIMD16<Float>.self)
    for index in 1..<4 {
      let next = vectors.loadUnaligned(fromByteOffset: index * 64, as: SIMD16<Float>.self)
      largest.replace(with: next, where: next .> largest)
    }
    return largest.max()
  }

  private static func draw(_ ids: some Sequence<Int>, _ weights: [Double], _ point: Double) -> Int32 {
    var reached = 0.0
    var last = 0
    for id in ids {
      reached += weights[id]
      last = id
      if reached > point { break }
    }
    return Int32(last)
  }
}

extension SplitMix64 {
  /// A number in 0..<1.
  mutating func nextUnit() -> Double { Double(next() >> 11) * 0x1p-53 }
}
