import JSON

extension JSONValue {
  /// A number that JSON text keeps to the bit; infinities and NaN, which JSON lacks, become strings.
  package init(exactly value: Double) {
    self = value.isFinite ? .number(value) : .string("\(value)")
  }

  /// The value of a number, or of a string that stands for an infinity or NaN; else nil.
  package var exactDouble: Double? {
    switch self {
    case .string("inf"): .infinity
    case .string("-inf"): -.infinity
    case .string("nan"): .nan
    default: number
    }
  }
}
