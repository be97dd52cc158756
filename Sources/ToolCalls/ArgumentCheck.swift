import JSON

/// A condition on the value of an argument.
public indirect enum ArgumentCheck: Sendable, Equatable {
  /// The value itself; 5 also passes for 5.0.
  case equals(JSONValue)
  /// One of several values. `isLoose` compares texts without case, spaces and the characters `,./-_*^`.
  case oneOf([JSONValue], isLoose: Bool = false)
  /// A text in which the regular expression finds a match.
  case matches(String)
  /// A number in the range, bounds included.
  case within(ClosedRange<Double>)
  case schema(JSONSchema)
  /// An array whose elements pass these checks, one each, in order.
  case elements([ArgumentCheck])
  /// An object whose members pass; others are not allowed.
  case members([ExpectedArgument])
  case anyOf([ArgumentCheck])

  /// In UTF-8 bytes. Longer texts match nothing, since an expression may take quadratic time.
  private static let matchedLengthLimit = 10_000

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

/// A call that a turn is expected to make.
public struct ExpectedCall: Sendable, Equatable {
  public var name: String
  public var arguments: [ExpectedArgument]
  /// Whether other arguments are allowed, if the tool declares them and they fit its schema.
  public var allowsOthers: Bool

  public init(name: String, arguments: [ExpectedArgument], allowsOthers: Bool = true) {
    self.name = name
    self.arguments = arguments
    self.allowsOthers = allowsOthers
  }
}

extension JSONValue {
  /// Whether `other` passes for this value when an answer is checked: members may come in any order, and an integer
  /// passes for an equal number, but 5.0 not for 5.
  ///
  /// - Parameter isLoose: Whether texts are compared without case, spaces and the characters `,./-_*^`, and single
  ///   quotes count as double ones.
  func isSame(as other: JSONValue, isLoose: Bool = false) -> Bool {
    switch (self, other) {
    case (.number(let wanted), .integer(let given)): wanted == Double(given)
    case (.string(let left), .string(let right)): isLoose ? left.loosened == right.loosened : left == right
    case (.array(let left), .array(let right)):
      left.count == right.count && zip(left, right).allSatisfy { $0.isSame(as: $1, isLoose: isLoose) }
    case (.object(let left), .object(let right)):
      left.count == right.count
        && left.members.allSatisfy { member in
          right[member.name].map { member.value.isSame(as: $0, isLoose: isLoose) } ?? false
        }
    default: self == other
    }
  }
}

extension String {
  fileprivate var loosened: String {
    String(unicodeScalars.filter { !" ,./-_*^".unicodeScalars.contains($0) }.map(Character.init)).lowercased()
      .replacing("'", with: "\"")
  }

  /// Whether a regular expression finds a match; false if the pattern is not one.
  fileprivate func matches(pattern: String) -> Bool {
    guard let expression = ArgumentCheck.expression(of: pattern) else { return false }
    return firstMatch(of: expression) != nil
  }
}

extension ArgumentCheck {
  private static let (mostBytes, mostBrackets) = (1000, 64)

  /// What a pattern may be, in words.
  public static let patternForm =
    "a regular expression of at most \(mostBytes) bytes with at most \(mostBrackets) brackets"

  /// The regular expression of a pattern; nil if it is none, or longer or deeper than ``patternForm`` says.
  ///
  /// The library's parser calls itself for each bracket, and thousands of them overflow the stack.
  public static func expression(of pattern: String) -> Regex<AnyRegexOutput>? {
    let brackets = pattern.utf8.count { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "(") }
    return pattern.utf8.count <= mostBytes && brackets <= mostBrackets ? try? Regex(pattern) : nil
  }
}
