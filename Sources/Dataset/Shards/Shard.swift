import Crypto
import JSON
import Store

/// A file of the dataset: JSON Lines, named by what it is about and by its content.
struct Shard {
  /// The folders, and how the names of their files begin.
  enum Kind: String {
    case data
    case raw
    case verdicts

    var prefix: String {
      switch self {
      case .data: "run"
      case .raw: "session"
      case .verdicts: "verdict"
      }
    }
  }

  static let fileExtension = ".jsonl"
  static let hashLength = 32

  let kind: Kind
  let time: UTCTime
  let stamp: ExportStamp
  let suite: String
  /// The model that it is about.
  let subject: String
  /// The members by which the first row tells that a file is this shard, whoever exported it.
  let identity: [String]
  let rows: [JSONValue]

  /// One row a line.
  var bytes: [UInt8] { rows.flatMap { Array($0.serialized().utf8) + [UInt8(ascii: "\n")] } }

  func name(for bytes: [UInt8]) -> String {
    "\(head)-\(stamp.shortRevision)-\(middle)-\(Self.hash(of: bytes))\(Self.fileExtension)"
  }

  /// Whether a file of that name may be this shard, exported at whatever revision.
  func mayBeNamed(_ name: String) -> Bool {
    name.hasPrefix("\(head)-") && name.hasSuffix(Self.fileExtension)
      && name.dropLast(Self.hashLength + Self.fileExtension.count).hasSuffix("-\(middle)-")
  }

  /// Whether a file with that first row is this shard.
  func isIdentified(by row: JSONValue) -> Bool { identity.allSatisfy { rows.first?[$0] == row[$0] } }

  private var head: String { "\(kind.prefix)-\(time.compact)" }
  private var middle: String { "\(Self.slug(suite))-\(Self.slug(subject))" }

  /// The first 128 bits of the SHA-256, in hexadecimal digits.
  static func hash(of bytes: [UInt8]) -> String {
    String(SHA256.hexadecimal(of: bytes).prefix(hashLength))
  }

  /// A name as lower-case ASCII letters, digits, dots and underscores, with a hyphen for anything between, at most 60
  /// characters.
  static func slug(_ name: String) -> String {
    let words = name.lowercased().split { character in
      !(character.isASCII && (character.isLetter || character.isNumber || character == "." || character == "_"))
    }
    let slug = words.map { $0.drop { $0 == "." } }.filter { !$0.isEmpty }.joined(separator: "-")
    return slug.isEmpty ? "unnamed" : String(slug.prefix(60))
  }
}
