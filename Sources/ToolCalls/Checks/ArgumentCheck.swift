import JSON

/// What the value of an argument must be.
public indirect enum ArgumentCheck: Sendable, Equatable {
  /// The value itself; where it is 5.0, 5 does as well.
  case equals(JSONValue)
  /// One of several. `isLoose` compares texts without case, spaces and the characters `,./-_*^`.
  case oneOf([JSONValue], isLoose: Bool = false)
  /// A text in which the regular expression finds something.
  case matches(String)
  /// A number, ends included.
  case within(ClosedRange<Double>)
  case schema(JSONSchema)
  /// An array whose elements pass, one check each, in order.
  case elements([ArgumentCheck])
  /// An object whose members pass; others are not allowed.
  case members([ExpectedArgument])
  case anyOf([ArgumentCheck])

  /// Longer texts match nothing: an expression may take quadratic time.
  static let matchedLengthLimit = 10_000

  /// Whether a value passes.
  public func passes(_ value: JSONValue) -> Bool {
    switch self {
    case .equals(let wanted): wanted.isSame(as: value)
    case .oneOf(let wanted, let isLoose): wanted.contains { $0.isSame(as: value, isLoose: isLoose) }
    case .matches(let pattern):
      value.string.map { $0.utf8.count <= Self.matchedLengthLimit && $0.matches(pattern: pattern) } ?? false
    case .within(let range): value.number.map(range.contains) ?? false
    case .schema(let schema): schema.problem(of: value) == nil
    case .elements(let checks):
      value.array.map { $0.count == checks.count && zip(checks, $0).allSatisfy { $0.passes($1) } } ?? false
    case .members(let members):
      value.object.map { object in
        members.allSatisfy { member in object[member.name].map(member.check.passes) ?? member.isOptional }
          && object.names.allSatisfy { name in members.contains { $0.name == name } }
      } ?? false
    case .anyOf(let checks): checks.contains { $0.passes(value) }
    }
  }
}

/// One argument of an expected call.
public struct ExpectedArgument: Sendable, Equatable {
  public var name: String
  public var check: ArgumentCheck
  public var isOptional: Bool

  public init(name: String, check: ArgumentCheck, isOptional: Bool = false) {
    self.name = name
    self.check = check
    self.isOptional = isOptional
  }
}

/// A call that a turn should make.
public struct ExpectedCall: Sendable, Equatable {
  public var name: String
  public var arguments: [ExpectedArgument]
  /// Whether arguments that are not listed may be there, if the tool declares them and they fit its schema.
  public var allowsOthers: Bool

  public init(name: String, arguments: [ExpectedArgument], allowsOthers: Bool = true) {
    self.name = name
    self.arguments = arguments
    self.allowsOthers = allowsOthers
  }
}
