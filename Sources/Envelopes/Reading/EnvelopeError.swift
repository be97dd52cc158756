import JSON

/// Why a file is not an envelope.
public enum EnvelopeError: Error, Equatable, Sendable, CustomStringConvertible {
  /// One thing that is wrong, and where.
  public struct Problem: Equatable, Sendable, CustomStringConvertible {
    /// The place as JSON path, such as `promotion.objectives[0].min_effect`; empty for the whole file.
    public var path: String
    public var message: String

    public init(path: String, message: String) {
      self.path = path
      self.message = message
    }

    public var description: String { path.isEmpty ? message : "\(path): \(message)" }
  }

  case unreadable(file: String, reason: String)
  case tooLarge(file: String, limit: Int)
  case notJSON(file: String, JSONError)
  /// Everything that is wrong, in the order of the contract's sections; beyond 1000 problems only their number.
  case invalid(file: String, problems: [Problem])

  public var description: String {
    switch self {
    case .unreadable(let file, let reason): return "can't read the envelope \(file): \(reason)"
    case .tooLarge(let file, let limit): return "the envelope \(file) is larger than \(limit) bytes"
    case .notJSON(let file, let error): return "the envelope \(file) is \(error)"
    case .invalid(let file, let problems):
      let count = problems.count == 1 ? "1 problem" : "\(problems.count) problems"
      return (["the envelope \(file) has \(count):"] + problems.map { "  \($0)" }).joined(separator: "\n")
    }
  }
}

/// The problems found so far in one file, shared by the readers of its sections.
package final class ProblemList {
  /// More than anyone reads, and few enough for a hostile file not to fill memory with messages.
  static let limit = 1000

  private var found: [EnvelopeError.Problem] = []
  private var dropped = 0

  package init() {}

  package var all: [EnvelopeError.Problem] {
    dropped == 0 ? found : found + [EnvelopeError.Problem(path: "", message: "and \(dropped) more")]
  }

  package func report(_ path: @autoclosure () -> String, _ message: @autoclosure () -> String) {
    guard found.count < Self.limit else {
      dropped += 1
      return
    }
    found.append(EnvelopeError.Problem(path: path(), message: message()))
  }

  /// Reports each name that an earlier place has already.
  package func reportRepeats(_ names: [(path: String, name: String)]) {
    var first: [String: String] = [:]
    for (path, name) in names {
      if let earlier = first[name] {
        report(path, "\(Quoted.text(name)) is at \(earlier) already")
      } else {
        first[name] = path
      }
    }
  }
}

/// Text of a file as a message may show it: one line, and not too long.
enum Quoted {
  private static let lengthLimit = 60

  static func text(_ text: String) -> String {
    let isLong = text.unicodeScalars.count > lengthLimit
    let shown = isLong ? String(String.UnicodeScalarView(text.unicodeScalars.prefix(lengthLimit))) + "…" : text
    return JSONValue.string(shown).serialized()
  }

  /// The last part of a path: a plain key as it is, any other in brackets and quotes.
  static func pathPart(_ key: String, after path: String) -> String {
    let isPlain = !key.isEmpty && key.utf8.count <= lengthLimit && key.utf8.allSatisfy(Identifiers.isIdentifierByte)
    guard isPlain else { return "\(path)[\(text(key))]" }
    return path.isEmpty ? key : "\(path).\(key)"
  }
}
