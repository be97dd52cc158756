import Foundation
import JSON

/// What the layers of a model remember of a sequence, from its `config.json` alone.
///
/// It is what mlx-lm 0.32.2 holds in its caches. Of a family that is not known here, every layer keeps keys and values of
/// every token, unless `layer_types` names windows. Keys and values take the bytes that the caller gives; states are in
/// single precision.
public struct SequenceMemory: Sendable, Equatable {
  public let layers: [LayerMemory]

  public init(layers: [LayerMemory]) { self.layers = layers }

  /// Reads the `config.json` of a model folder; nil if it cannot be read, is no JSON, or lacks or garbles a size.
  public init?(of folder: URL) {
    let url = folder.appendingPathComponent("config.json")
    guard let config = try? JSONValue(contentsOf: url), let read = try? Self(parsing: config, file: url.path) else {
      return nil
    }
    self = read
  }

  /// Reads the contents of a `config.json`.
  ///
  /// - Parameter file: The file's path, for messages.
  /// - Throws: `.field` with the member's name.
  public init(parsing config: JSONValue, file: String = "config.json") throws(CheckpointError) {
    layers = try LayerMemoryReader(config, file: file).layers()
  }

  public func layerCount(of kind: LayerMemory.Kind) -> Int { layers.count { $0.kind == kind } }

  /// Layers by what they remember, for people: `24 grow with every token, 8 keep a window`.
  public var layerText: String {
    LayerMemory.Kind.allCases.filter { layerCount(of: $0) > 0 }.map { "\(layerCount(of: $0)) \($0.title)" }
      .joined(separator: ", ")
  }

  /// Bytes that each further token adds once every window is full.
  ///
  /// - Parameter elementBytes: 4 for single, 2 for half precision.
  public func bytesPerToken(elementBytes: Int) -> Int { numbersPerToken.saturatingProduct(elementBytes) }

  /// Bytes of all windows once they are full.
  ///
  /// - Parameter elementBytes: 4 for single, 2 for half precision.
  public func windowBytes(elementBytes: Int) -> Int { windowNumbers(tokens: .max).saturatingProduct(elementBytes) }

  /// Bytes of states, in single precision.
  public var stateBytes: Int {
    layers.reduce(0) { sum, layer in
      guard case .state(let numbers) = layer else { return sum }
      return sum.saturatingSum(numbers)
    }.saturatingProduct(MemoryLayout<Float>.size)
  }

  /// Bytes of all that is remembered.
  ///
  /// A negative number of tokens or sequences counts as zero; a count that overflows becomes `Int.max`.
  ///
  /// - Parameters:
  ///   - tokens: Per sequence.
  ///   - elementBytes: 4 for single, 2 for half precision.
  public func byteCount(tokens: Int, sequences: Int = 1, elementBytes: Int) -> Int {
    let tokens = max(0, tokens)
    let numbers = numbersPerToken.saturatingProduct(tokens).saturatingSum(windowNumbers(tokens: tokens))
    return numbers.saturatingProduct(elementBytes).saturatingSum(stateBytes).saturatingProduct(max(0, sequences))
  }

  private var numbersPerToken: Int {
    layers.reduce(0) { sum, layer in
      guard case .everyToken(let numbers) = layer else { return sum }
      return sum.saturatingSum(numbers)
    }
  }

  private func windowNumbers(tokens: Int) -> Int {
    layers.reduce(0) { sum, layer in
      guard case .lastTokens(let window, let numbers) = layer else { return sum }
      return sum.saturatingSum(numbers.saturatingProduct(min(window, tokens)))
    }
  }
}

/// Arithmetic of sizes that a file states, which may be anything.
extension Int {
  fileprivate func saturatingSum(_ other: Int) -> Int {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }

  fileprivate func saturatingProduct(_ other: Int) -> Int {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? .max : product
  }
}
