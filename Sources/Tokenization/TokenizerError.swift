import JSON

/// Why a folder's tokenizer cannot be used.
public enum TokenizerError: Error, Equatable, Sendable, CustomStringConvertible {
  case notFound(String)
  case unreadable(String, reason: String)
  case tooLarge(String, bytes: Int, limit: Int)
  case invalid(file: String, TokenizerProblem)

  public var description: String {
    switch self {
    case .notFound(let path): "\(path) does not exist: give a model folder with its tokenizer, or fetch it again"
    case .unreadable(let path, let reason): "cannot read \(path): \(reason)"
    case .tooLarge(let path, let bytes, let limit):
      "\(path) has \(bytes) bytes, but no tokenizer needs more than \(limit): check that it is the right file"
    case .invalid(let file, let problem): "\(file): \(problem)"
    }
  }

  /// Whether the tokenizer is not there or is of a kind that is not read, rather than damaged: the rest of the folder may
  /// be of use without it.
  public var isOfOtherKind: Bool {
    switch self {
    case .notFound, .invalid(_, .unread), .invalid(_, .unsupported): true
    case .unreadable, .tooLarge, .invalid: false
    }
  }
}

/// The stages of a tokenizer that come in several kinds.
public enum TokenizerStage: String, Sendable {
  case normalizer
  case preTokenizer = "pre-tokenizer"
  case model
  case postProcessor = "post-processor"
  case decoder
}

/// What is wrong inside one of a tokenizer's files.
public enum TokenizerProblem: Error, Equatable, Sendable, CustomStringConvertible {
  case json(JSONError)
  /// A value breaks the format, or contradicts another one.
  case field(String, problem: String)
  /// A stage is of a kind that is not implemented here, whatever the rest of the file says.
  case unread(TokenizerStage, kind: String, field: String, read: [String])
  /// A value is part of the format, but not of what is implemented here.
  case unsupported(field: String, value: String, supported: [String])

  public var description: String {
    switch self {
    case .json(let error): error.description
    case .field(let name, let problem): "\"\(name)\" \(problem); fetch the file again or repair it"
    case .unread(let stage, let kind, let field, let read):
      "the \(stage.rawValue) \(kind) is not read (\"\(field)\"); those that are: \(read.joined(separator: ", "))"
    case .unsupported(let field, let value, let supported):
      "\"\(field)\" is \(value), which is not supported; supported: \(supported.joined(separator: ", "))"
    }
  }
}
