/// The position of a running loop: what `loop` is in its body.
final class LoopState {
  /// The condition of a `for … if`, tried on an element only when the loop comes to it.
  struct Filter {
    let target: Target
    let test: Expression
    let scope: Scope
  }

  let depth: Int
  var elements: [Value]
  var filter: Filter?
  /// The place in `elements` of the first not yet looked at.
  var cursor = 0
  /// The element after the current one, where it has been asked for already.
  var peeked: Value?
  /// From 0; -1 before the first.
  var index = -1
  var previous: Value?
  var current: Value?
  var knownLength: Int?
  var changedValue: Value?

  init(_ elements: [Value], filter: Filter?, depth: Int) {
    self.elements = elements
    self.filter = filter
    self.depth = depth
    knownLength = filter == nil ? elements.count : nil
  }

  func step(to element: Value) {
    previous = current
    current = element
    index += 1
  }
}
