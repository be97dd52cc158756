import JSON
import Measurements

/// Finds out whether a model's files are still those that were measured, and what licence they have.
///
/// A registry names a model by its id, and the id leads to a folder: what was measured there may have been changed or
/// removed since.
public struct WeightInspector: Sendable {
  private let hashes: @Sendable (ModelID, [String]) throws -> [String: String]?
  /// The licence that a model's card names; nil if there is none.
  let license: @Sendable (ModelID) throws -> String?

  /// - Parameters:
  ///   - license: Reads the licence that a model's card names; nil if it names none.
  ///   - hashes: Reads a model's files as they are now. It gets the model and the names of the files that were measured,
  ///     and returns the SHA-256 in lower-case hexadecimal, by name, of those of them that exist and of all others that
  ///     decide what the model computes; nil where there is no folder of the model.
  public init(
    license: @escaping @Sendable (ModelID) throws -> String? = { _ in nil },
    _ hashes: @escaping @Sendable (ModelID, [String]) throws -> [String: String]?
  ) {
    self.license = license
    self.hashes = hashes
  }

  /// Hashes the files of both models of a comparison again.
  ///
  /// - Returns: A remark on each model that has no folder here, which is right for one that a server proved.
  /// - Throws: `PromotionError.folderMissing`, `.filesDiffer`, and what reading the files throws.
  func remarks(on evidence: Evidence) throws -> [String] {
    try [Side.candidate, .resident].compactMap { try remark(on: evidence.run(of: $0)) }
  }

  private func remark(on run: Run) throws -> String? {
    guard case .hashed(_, let files, _) = run.provenance else { throw PromotionError.folderMissing(run.model) }
    guard let current = try hashes(run.model, files.names) else {
      guard run.proof != .hashed else { throw PromotionError.folderMissing(run.model) }
      return "the files of \(run.model) were not hashed again: it has no folder here, and its weights were proven by "
        + run.proof.rawValue
    }
    let measured = Dictionary(
      files.members.map { ($0.name, $0.value.string ?? "") }, uniquingKeysWith: { first, _ in first })
    for name in Set(measured.keys).union(current.keys).sorted() where measured[name] != current[name] {
      let change: PromotionError.FileChange =
        current[name] == nil ? .removed : measured[name] == nil ? .added : .changed
      throw PromotionError.filesDiffer(run.model, file: name, change)
    }
    return nil
  }
}
