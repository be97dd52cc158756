import Foundation
import Testing

/// Reference values made by Golden/make-golden.py with NumPy and SciPy; the script's head carries the command.
enum Golden {
  struct Case: Decodable {
    let `in`: [Double]
    /// Nil for an infinite limit.
    let out: [Double?]
  }

  /// The cases of one section; at least 60, so that a section lost from the file is noticed.
  static func cases(_ section: String) throws -> [Case] {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let data = try Data(contentsOf: folder.appendingPathComponent("Golden/golden.json"))
    let cases = try #require(try JSONDecoder().decode([String: [Case]].self, from: data)[section])
    #expect(cases.count >= 60)
    return cases
  }
}

/// Expects each computed value within a relative tolerance of the golden one, or infinite if that is nil.
func expect(
  _ actual: [Double], like golden: Golden.Case, relative: Double, absolute: Double = 0,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(actual.count == golden.out.count, sourceLocation: sourceLocation)
  for (index, (value, wanted)) in zip(actual, golden.out).enumerated() {
    let isClose =
      wanted.map { abs(value - $0) <= relative * abs($0) + absolute } ?? value.isInfinite
    #expect(
      isClose, "output \(index) is \(value), not \(String(describing: wanted)), for \(golden.in)",
      sourceLocation: sourceLocation)
  }
}
