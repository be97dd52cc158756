import Measurements

/// Why evidence cannot be judged at all: no measurement gives such samples.
public enum VerdictError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Two samples of one repetition, or two answers to one item: which one counts is nobody's choice.
  case repeatedSample(Side, Sample.Place)
  /// Token counts or times that no clock and no model give.
  case impossibleReading(Side, Sample.Place)

  public var description: String {
    switch self {
    case .repeatedSample(let side, let place):
      "the evidence has two samples of the \(side.rawValue) for \(place.title); read it again from its source"
    case .impossibleReading(let side, let place):
      "the \(side.rawValue)'s sample for \(place.title) has impossible token counts or times; read the evidence again"
        + " from its source"
    }
  }
}

extension Sample.Place {
  /// The place in words.
  var title: String {
    round.map { "round \($0), block \(block), repetition \(repetition) of \(cell)" }
      ?? item.map { "item \($0) of \(cell)" } ?? "block \(block), repetition \(repetition) of \(cell)"
  }
}
