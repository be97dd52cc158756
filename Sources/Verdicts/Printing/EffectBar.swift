import Foundation

/// An effect and its interval on an axis on which right of zero is better for the candidate.
public struct EffectBar: Sendable, Equatable {
  public let estimate: Double
  /// -1 or less where there is no bound.
  public let lower: Double
  /// Infinite where there is no bound.
  public let upper: Double
  public let limit: Double

  public var isBounded: Bool { lower > -1 && upper.isFinite }

  /// The bar as text.
  func drawn(on axis: Axis) -> String {
    var cells = [Character](repeating: " ", count: axis.width)
    cells[axis.column(of: 0)] = "┊"
    if isBounded {
      let (start, end) = (axis.column(of: lower), axis.column(of: upper))
      for column in start...end { cells[column] = "─" }
      if axis.holds(lower) { cells[start] = "├" }
      if axis.holds(upper) { cells[end] = "┤" }
    } else {
      let start = lower > -1 ? axis.column(of: lower) : 0
      let end = upper.isFinite ? axis.column(of: upper) : axis.width - 1
      for column in start...end { cells[column] = "╌" }
      if lower > -1 { cells[start] = "├" }
      if upper.isFinite { cells[end] = "┤" }
    }
    cells[axis.column(of: limit)] = "¦"
    if axis.holds(estimate) { cells[axis.column(of: estimate)] = "●" }
    return String(cells)
  }

  /// What the bars of a table share.
  public struct Axis: Sendable, Equatable {
    public let lowest: Double
    public let highest: Double
    /// In characters.
    let width: Int

    /// The widest view that is of use: beyond, a bar goes to the edge.
    private static let view = -0.9...1.5

    /// - Parameters:
    ///   - width: At least 8.
    ///   - view: What the axis shows at most; nil for what is of use.
    public init(_ bars: [EffectBar], width: Int = 40, within view: ClosedRange<Double>? = nil) {
      let view = view ?? Self.view
      let ends = bars.flatMap { bar in
        [bar.estimate, bar.limit] + [bar.lower, bar.upper].filter { bar.isBounded && $0.isFinite }
      }.filter(\.isFinite).map { min(max($0, view.lowerBound), view.upperBound) }
      let (least, greatest) = (min(ends.min() ?? 0, -0.01), max(ends.max() ?? 0, 0.01))
      let span = greatest - least
      let step = span <= 0.2 ? 0.01 : span <= 0.6 ? 0.05 : 0.1
      lowest = (least / step).rounded(.down) * step
      highest = (greatest / step).rounded(.up) * step
      self.width = max(width, 8)
    }

    public func holds(_ value: Double) -> Bool { value >= lowest - 1e-9 && value <= highest + 1e-9 }

    /// How far along the axis a value is, from 0 to 1; one beyond an end is there.
    public func share(of value: Double) -> Double {
      value.isNaN ? 0 : (min(max(value, lowest), highest) - lowest) / (highest - lowest)
    }

    func column(of value: Double) -> Int {
      min(max(Int((share(of: value) * Double(width - 1)).rounded()), 0), width - 1)
    }

    /// What stands at both ends.
    public var ends: (lowest: String, highest: String) { (Figures.axis(lowest), Figures.axis(highest)) }

    /// Both ends and zero, as wide as a bar.
    var labels: String {
      let (left, right) = ends
      var cells = Array(left + String(repeating: " ", count: max(width - left.count - right.count, 0)) + right)
      let zero = column(of: 0)
      if zero < cells.count, zero > left.count, zero < width - right.count - 1 { cells[zero] = "0" }
      return String(cells)
    }

    /// Which side is which, around zero where there is room.
    var directions: String {
      let (worse, better) = ("worse ", " better →")
      let zero = column(of: 0)
      let left =
        zero >= worse.count
        ? String(repeating: " ", count: zero - worse.count) + worse : String(repeating: " ", count: zero)
      let line = left + "┊" + better
      return line.count <= width ? line : String(repeating: " ", count: zero) + "┊"
    }
  }
}
