import Checkpoint
import Measurements

/// What a model's folder holds now.
extension ModelLibrary {
  /// The SHA-256 of each file that decides now what a model computes, and of the files of the given names that exist, by
  /// name; nil if there is no folder of the model.
  ///
  /// - Throws: `CheckpointError` for a file that can't be read.
  /// - Complexity: O(*n*) in bytes.
  public func fileHashes(of id: ModelID, including names: [String]) throws -> [String: String]? {
    guard let folder = try? folder(of: id) else { return nil }
    return try WeightManifest.currentHashes(of: folder, including: names)
  }

  /// The licence that a model's card names; nil if it names none, or there is no folder of the model.
  ///
  /// - Throws: `FileSystemError` for a card that can't be read.
  public func license(of id: ModelID) throws -> String? {
    guard let folder = try? folder(of: id) else { return nil }
    return try ModelCard(folder: folder).license
  }
}
