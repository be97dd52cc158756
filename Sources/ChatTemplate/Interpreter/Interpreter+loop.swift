/// `for` loops, and the `loop` that their bodies read.
extension Interpreter {
  func execute(_ loop: Loop) throws(ChatTemplateError) -> Completion {
    line = loop.line
    let sequence = try evaluate(loop.sequence)
    // A loop pays for each of its iterations.
    let elements = if case .range(let range) = sequence { Elements(range) } else { try elements(of: sequence) }
    if loop.filter != nil { try keepScope() }
    let filter = loop.filter.map { LoopState.Filter(target: loop.target, test: $0, scope: scope) }
    let state = LoopState(elements, filter: filter, depth: max(sequence.depth, 1))
    var hasCompleted = false
    var inner = Scope(parent: scope)
    while let element = try advance(state) {
      try charge(1)
      if loop.isSelective, isPassedOver(element, by: loop) {
        if loop.readsLoop { state.step(to: element) }
        hasCompleted = true
        continue
      }
      // A macro or an inner loop with a condition may have kept the last one.
      if isKnownUniquelyReferenced(&inner) { inner.removeAll() } else { inner = Scope(parent: scope) }
      if loop.readsLoop {
        state.step(to: element)
        inner.set(NameTable.loop, to: .loop(state))
      }
      let completion = try executeBody(of: loop, element: element, in: inner)
      if completion == .breakLoop { break }
      // As in Jinja, only a run to the end of the body keeps `else` from running.
      if completion == .normal {
        hasCompleted = true
        if loop.steadyBranches > 0, isSettled(loop) { break }
      }
    }
    if hasCompleted || loop.otherwise.isEmpty { return .normal }
    return try inScope(Scope(parent: scope), loop.otherwise)
  }

  /// Whether the body is known to do nothing for the element.
  private func isPassedOver(_ element: Value, by loop: Loop) -> Bool {
    guard case .dictionary(let dictionary) = element, dictionary.hasAnswers,
      case .conditional(let branches, _) = loop.body[0]
    else { return false }
    for branch in branches {
      guard let test = branch.soleTest, dictionary.answer(to: test) == false else { return false }
    }
    return true
  }

  /// Whether a condition that the element has no part in keeps the body from doing anything.
  private func isSettled(_ loop: Loop) -> Bool {
    guard case .conditional(let branches, let otherwise) = loop.body[0] else { return false }
    for branch in branches.prefix(loop.steadyBranches) {
      // A test that fails is evaluated, and fails, if there is another element.
      guard let holds = try? evaluate(branch.test).isTrue else { return false }
      if holds { return branch.body.isEmpty }
    }
    return loop.steadyBranches == branches.count && otherwise.isEmpty
  }

  private func executeBody(
    of loop: Loop, element: Value, in inner: Scope
  ) throws(ChatTemplateError) -> Completion {
    let outer = scope
    scope = inner
    defer { scope = outer }
    try assign(element, to: loop.target)
    return try execute(loop.body)
  }

  /// The next element for which the loop's condition holds; nil at the end.
  private func advance(_ loop: LoopState) throws(ChatTemplateError) -> Value? {
    if let peeked = loop.peeked {
      loop.peeked = nil
      return peeked
    }
    while loop.cursor < loop.elements.count {
      let element = loop.elements[loop.cursor]
      loop.cursor += 1
      if try passes(element, loop.filter) { return element }
    }
    return nil
  }

  private func passes(_ element: Value, _ filter: LoopState.Filter?) throws(ChatTemplateError) -> Bool {
    guard let filter else { return true }
    try charge(1)
    let outer = scope
    scope = Scope(parent: filter.scope)
    defer { scope = outer }
    try assign(element, to: filter.target)
    return try evaluate(filter.test).isTrue
  }

  private func peek(_ loop: LoopState) throws(ChatTemplateError) -> Value? {
    loop.peeked = try advance(loop)
    return loop.peeked
  }

  /// The number of iterations. If the loop has a condition, it is now evaluated for all remaining elements.
  func length(of loop: LoopState) throws(ChatTemplateError) -> Int {
    if let length = loop.knownLength { return length }
    let peeked = loop.peeked
    loop.peeked = nil
    var rest: [Value] = []
    while let element = try advance(loop) { rest.append(element) }
    let length = rest.count + loop.index + 1 + (peeked == nil ? 0 : 1)
    loop.elements = Elements(rest)
    loop.cursor = 0
    loop.filter = nil
    loop.peeked = peeked
    loop.knownLength = length
    return length
  }

  /// A member of `loop`; nil if it has none of that name.
  func member(_ name: String, of loop: LoopState) throws(ChatTemplateError) -> Value? {
    switch name {
    case "index": .integer(loop.index + 1)
    case "index0": .integer(loop.index)
    case "revindex": .integer(try length(of: loop) - loop.index)
    case "revindex0": .integer(try length(of: loop) - loop.index - 1)
    case "first": .boolean(loop.index == 0)
    case "last": .boolean(try peek(loop) == nil)
    case "length": .integer(try length(of: loop))
    case "depth": .integer(1)
    case "depth0": .integer(0)
    case "previtem": loop.index > 0 ? loop.previous : .undefined(.because("there is no item before the first"))
    case "nextitem": try peek(loop) ?? .undefined(.because("there is no item after the last"))
    default: Builtin.loopMethods[name].map { method(name, $0, of: .loop(loop)) }
    }
  }
}

/// The position of a running loop, which its body reads as `loop`.
final class LoopState {
  /// The condition of a `for … if`, evaluated only when the loop comes to an element.
  struct Filter {
    let target: Target
    let test: Expression
    let scope: Scope
  }

  let depth: Int
  @exclusivity(unchecked) var elements: Elements
  var filter: Filter?
  /// The index in `elements` of the first not yet considered.
  @exclusivity(unchecked) var cursor = 0
  /// The element after the current one, if something has already asked for it.
  var peeked: Value?
  /// Counts from 0; -1 before the first element.
  var index = -1
  var previous: Value?
  var current: Value?
  var knownLength: Int?
  var changedValue: Value?

  init(_ elements: Elements, filter: Filter?, depth: Int) {
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
