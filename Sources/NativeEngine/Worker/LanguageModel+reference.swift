import Checkpoint
import Foundation
import JSON

// A reference's distributions pass from one worker to another as a file: they are too many for a line.
extension LanguageModel {
  /// Stores what the model says about a text, read in one piece, unless it is stored already.
  func storeReference(_ tokens: [Int32], in folder: String) throws -> JSONObject {
    let weights = try WeightManifest(of: self.folder).hash
    let windows = try Self.windows(tokens)
    let file = ReferenceFile(
      in: URL(fileURLWithPath: folder), weights: weights, engine: session.instructionSet.rawValue, tokens: tokens,
      windows: windows)
    if file.read() == nil { try file.write(try ReferenceDistributions(of: tokens, by: session, windows: windows)) }
    return JSONObject([("file", .string(file.url.path)), ("weights", .string(weights))])
  }

  /// Divergences from a stored reference, token by token.
  func divergences(_ tokens: [Int32], from file: String) throws -> JSONObject {
    guard let reference = ReferenceFile.read(URL(fileURLWithPath: file)) else {
      throw ReferenceError.notAReference(file)
    }
    let reading = try TextReading(
      of: tokens, by: session, windows: try Self.windows(tokens), reference: reference)
    return JSONObject([("divergences", .array(reading.divergences.map { .number($0) }))])
  }

  private static func windows(_ tokens: [Int32]) throws(ReferenceError) -> TextWindows {
    guard let windows = TextWindows(length: tokens.count, stride: tokens.count - 1) else {
      throw .tooShort(tokens: tokens.count)
    }
    return windows
  }
}
