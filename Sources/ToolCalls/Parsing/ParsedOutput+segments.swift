import JSON

extension ParsedOutput {
  init(_ segments: [CallStream.Segment], parser: CallParser, tools: [ToolDefinition]) {
    self.init()
    for segment in segments where !segment.bytes.isEmpty || segment.part == .call {
      let text = String(decoding: segment.bytes, as: UTF8.self)
      switch segment.part {
      case .prose: prose += text
      case .reasoning: reasoning += text
      // A header without a message says nothing to anyone.
      case .header: if segment.isOpen { problems.append(.truncated) }
      case .call: take(text, isOpen: segment.isOpen, parser, tools)
      }
    }
  }

  private mutating func take(_ body: String, isOpen: Bool, _ parser: CallParser, _ tools: [ToolDefinition]) {
    do throws(CallSyntaxError) {
      // Where the end-of-turn token is the closing tag, an open call is a whole one if it can be read.
      if isOpen, parser.tags.end != nil, parser != .harmony { throw CallSyntaxError("") }
      for call in try parser.calls(in: body, tools: tools) {
        if call.name.allSatisfy(\.isWhitespace) { problems.append(.emptyName) } else { calls.append(call) }
      }
    } catch {
      problems.append(isOpen ? .truncated : .malformed(error.reason))
    }
  }
}
