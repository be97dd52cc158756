extension Interpreter {
  /// A bound of a slice; nil where it is left out or none.
  func bound(_ expression: Expression?) throws(ChatTemplateError) -> Int? {
    guard let expression else { return nil }
    let value = try evaluate(expression)
    if value.isNull { return nil }
    if case .undefined(let reason) = value { throw undefined(reason) }
    guard let index = value.index else { throw invalid("a slice needs whole numbers, not \(value.kind)") }
    return index
  }

  /// `value[start:stop:step]` as Python has it: bounds outside the value are moved to its ends.
  func slice(_ value: Value, start: Int?, stop: Int?, step: Int?) throws(ChatTemplateError) -> Value {
    switch value {
    case .undefined(let reason): throw undefined(reason)
    case .string(let text): return .string(try slice(text, start, stop, step))
    case .markup(let text): return .markup(try slice(text, start, stop, step))
    case .list(let source):
      return try list(try places(source.elements.count, start, stop, step).elements.map { source.elements[$0] })
    case .tuple(let source):
      return try tuple(try places(source.elements.count, start, stop, step).elements.map { source.elements[$0] })
    case .range(let range):
      let places = try places(range.count, start, stop, step)
      return .range(
        RangeValue(
          start: range.start &+ places.start &* range.step, stop: range.start &+ places.stop &* range.step,
          step: range.step &* places.step, count: places.count))
    default: throw invalid("\(value.kind) can't be sliced")
    }
  }

  private func slice(_ text: String, _ start: Int?, _ stop: Int?, _ step: Int?) throws(ChatTemplateError) -> String {
    try chargeText(text.utf8.count)
    let scalars = Array(text.unicodeScalars)
    var part = String.UnicodeScalarView()
    for place in try places(scalars.count, start, stop, step).elements { part.append(scalars[place]) }
    return String(part)
  }

  /// The places that a slice of so many elements takes.
  private func places(
    _ count: Int, _ start: Int?, _ stop: Int?, _ step: Int?
  ) throws(ChatTemplateError) -> RangeValue {
    let step = min(max(step ?? 1, -count - 1), count + 1)
    guard step != 0 else { throw invalid("the step of a slice can't be 0") }
    let lowest = step > 0 ? 0 : -1
    let highest = step > 0 ? count : count - 1
    func clamped(_ bound: Int?, _ fallback: Int) -> Int {
      guard let bound else { return fallback }
      return min(max(bound < 0 ? bound + count : bound, lowest), highest)
    }
    let first = clamped(start, step > 0 ? lowest : highest)
    let end = clamped(stop, step > 0 ? highest : lowest)
    let distance = step > 0 ? end - first : first - end
    let taken = distance <= 0 ? 0 : (distance - 1) / abs(step) + 1
    try charge(taken)
    return RangeValue(start: first, stop: end, step: step, count: taken)
  }
}
