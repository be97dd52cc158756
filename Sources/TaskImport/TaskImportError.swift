/// Why tasks could not be imported.
public enum TaskImportError: Error, Equatable, Sendable, CustomStringConvertible {
  /// None of the packages with public task sets is in the folder.
  case nothingFound(folder: String)
  /// A file or a function list of the Berkeley function-calling data that is absent.
  case missing(path: String)
  /// A line that is not in the package's form; lines count from 1.
  case malformed(file: String, line: Int, reason: String)
  /// A file of a search collection, or of scored pairs, that can't be read.
  case missingFile(path: String, reason: String)
  /// No query of the split has a relevant document that the corpus has.
  case noQueries(folder: String, split: String)
  /// Neither a collection nor pairs were named.
  case nothingToSearch
  /// An envelope that is too large to be read back; sizes are in bytes.
  case tooLarge(bytes: Int, limit: Int)
  /// What tasks were to be added to is not an envelope.
  case notAnEnvelope(reason: String)

  public var description: String {
    switch self {
    case .nothingFound(let folder):
      "none of the packages \(TaskSource.packages.joined(separator: ", ")) is in \(folder); give the folder "
        + "site-packages into which they were installed"
    case .missing(let path):
      "there is no \(path); give the folder bfcl_eval of the installed package bfcl-eval 2026.3.23"
    case .malformed(let file, let line, let reason): "\(file), line \(line): \(reason)"
    case .missingFile(let path, let reason):
      "\(path) can't be read: \(reason); a collection has corpus.jsonl, queries.jsonl and qrels/SPLIT.tsv"
    case .noQueries(let folder, let split):
      "no query of the split \(split) in \(folder) has a relevant document in corpus.jsonl; name another split"
    case .nothingToSearch: "there is nothing to import; name a collection's folder, or pairs with --pairs"
    case .tooLarge(let bytes, let limit):
      "the envelope would have \(bytes) bytes, and at most \(limit) are read; ask for fewer documents or queries"
    case .notAnEnvelope(let reason): "the envelope to add to: \(reason)"
    }
  }
}
