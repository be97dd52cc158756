import Measurements
import Store

/// Why something was not exported, or an exported file can't be used.
public enum DatasetError: Error, Equatable, Sendable {
  /// Neither 7 to 64 hexadecimal digits, with `-dirty` or not, nor `unknown`.
  case invalidRevision(String)
  /// Not 1 to 32 lower-case letters, digits, `-` and `_`.
  case invalidTrigger(String)
  case store(StoreError)
  /// A file or folder could not be read or written.
  case file(name: String, reason: String)
  /// The bytes are not those that the file's name promises.
  case hashMismatch(name: String, actual: String)
  case malformed(name: String, line: Int, problem: String)
  /// A figure that nobody could interpret may not leave.
  case withoutRegime(SessionNumber, Sample.Place, missing: String)
  /// The envelope can't be published whole, as its hash demands, without naming this machine or its user.
  case revealingEnvelope(SessionNumber, what: String)
  case unusableTime(SessionNumber)
  /// DuckDB could not be started or failed.
  case engine(String)
  /// The folder's Parquet files can't be read or added to without DuckDB.
  case engineMissing
  /// `ssh-keygen` can't be used, or did not sign.
  case signing(String)
  /// A signature is none of the index entry that it stands beside.
  case badSignature(name: String, reason: String)
  /// The folder's files are of another format than the one asked for.
  case otherFormat(present: ShardFormat)
}

extension DatasetError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .invalidRevision(let text): "\"\(text)\" is no git revision; pass 7 to 64 hexadecimal digits, or unknown"
    case .invalidTrigger(let text):
      "\"\(text)\" is no trigger; pass a word of up to 32 lower-case letters, digits, - and _"
    case .store(let error): error.description
    case .file(let name, let reason): "\(name) could not be read or written: \(reason)"
    case .hashMismatch(let name, let actual):
      "\(name) was changed: its bytes have the hash \(actual); restore the file, shards are never edited"
    case .malformed(let name, let line, let problem): "\(name), line \(line): \(problem)"
    case .withoutRegime(let number, let place, let missing):
      "session \(number), cell \(place.cell), block \(place.block): a figure without \(missing) is not exported"
    case .revealingEnvelope(let number, let what):
      "session \(number): the envelope contains \(what) of this machine; measure under an envelope that does not"
    case .unusableTime(let number): "session \(number) has a time outside the years 1970 to 9999"
    case .engine(let reason): "DuckDB: \(reason)"
    case .engineMissing:
      "the dataset is of Parquet files, which need DuckDB: `make duckdb` installs it for this project; or name the "
        + "executable by --duckdb or $\(DuckDB.environmentVariable)"
    case .signing(let reason): "signing: \(reason)"
    case .badSignature(let name, let reason):
      "\(name) is no signature of that file: \(reason); restore both files, or remove the signature to import the batch as "
        + "unsigned"
    case .otherFormat(let present): "the dataset is of \(present.rawValue) files already; choose another folder"
    }
  }
}
