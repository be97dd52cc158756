import Crypto
import JSON

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
    let digits = Array("0123456789abcdef")
    let all = SHA256.hash(data: bytes).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0xF)]] }
    return String(all.prefix(hashLength))
  }

  /// A name as lower-case ASCII letters, digits, dots and underscores, with a hyphen for anything between, at most 60
  /// characters.
  static func slug(_ name: String) -> String {
    let words = name.lowercased().split { character in
      !(character.isASCII && (character.isLetter || character.isNumber || character == "." || character == "_"))
    }
    let slug = words.joined(separator: "-").drop { $0 == "." }
    return slug.isEmpty ? "unnamed" : String(slug.prefix(60))
  }
}
