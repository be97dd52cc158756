/// Some processors of a machine, by their numbers.
public struct ProcessorList: Sendable, Equatable, CustomStringConvertible {
  public let numbers: Set<Int>

  /// No machine has as many.
  private static let limit = 1 << 16

  /// From a list as Linux writes it: numbers and ranges, such as `0-1,4`; nil if the text is none.
  public init?(_ text: some StringProtocol) {
    var numbers: Set<Int> = []
    for part in text.split(separator: ",") {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1], first >= 0,
        first <= last,
        last < Self.limit
      else { return nil }
      numbers.formUnion(first...last)
    }
    guard !numbers.isEmpty else { return nil }
    self.numbers = numbers
  }

  /// As Linux writes it.
  public var description: String {
    var ranges: [ClosedRange<Int>] = []
    for number in numbers.sorted() {
      if let range = ranges.last, range.upperBound == number - 1 {
        ranges[ranges.count - 1] = range.lowerBound...number
      } else {
        ranges.append(number...number)
      }
    }
    return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }.joined(
      separator: ",")
  }
}
