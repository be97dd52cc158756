import JSON

extension JSONValue {
  /// Whether `other` does for this value to whoever checks an answer: members in any order, and an integer does for
  /// a number, but 5.0 not for 5.
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

  /// Whether a regular expression finds something; false where it is none.
  func matches(pattern: String) -> Bool {
    guard let expression = try? Regex(pattern) else { return false }
    return firstMatch(of: expression) != nil
  }
}
