extension Interpreter {
  /// The text that printing a value shows: Python's `str`.
  func display(_ value: Value) throws(ChatTemplateError) -> String {
    switch value {
    case .string(let text), .markup(let text): return text
    case .undefined: return ""
    case .integer(let value): return String(value)
    default:
      var text = ""
      try represent(value, into: &text)
      return text
    }
  }

  /// Appends the text of a value inside a list: Python's `repr`.
  private func represent(_ value: Value, into text: inout String) throws(ChatTemplateError) {
    try charge(1)
    switch value {
    case .undefined: text += "Undefined"
    case .null: text += "None"
    case .boolean(let value): text += value ? "True" : "False"
    case .integer(let value): text += String(value)
    case .number(let value): text += PythonText.text(of: value)
    case .string(let string): text += PythonText.quoted(string)
    case .markup(let string): text += "Markup(" + PythonText.quoted(string) + ")"
    case .list, .tuple, .dictionary, .view, .namespace:
      try descend()
      defer { depth -= 1 }
      try representMembers(of: value, into: &text)
    case .range(let range):
      text += "range(\(range.start), \(range.stop)" + (range.step == 1 ? ")" : ", \(range.step))")
    case .macro(let macro): text += "<Macro " + PythonText.quoted(macro.definition.name) + ">"
    case .loop(let loop): text += "<LoopContext \(loop.index + 1)/\(try length(of: loop))>"
    case .template: text += "<TemplateReference None>"
    case .iterator, .function, .method: text += "<\(value.kind)>"
    }
    try checkSize(text.utf8.count)
  }

  private func representMembers(of value: Value, into text: inout String) throws(ChatTemplateError) {
    switch value {
    case .tuple(let tuple):
      try represent(tuple.elements, between: "(", tuple.elements.count == 1 ? ",)" : ")", into: &text)
    case .dictionary(let dictionary): try represent(dictionary, into: &text)
    case .view(let view):
      text += "dict_\(view.part.rawValue)("
      try represent(elements(of: value), between: "[", "]", into: &text)
      text += ")"
    case .namespace(let namespace):
      text += "<Namespace "
      try represent(dictionary(from: namespace.members), into: &text)
      text += ">"
    default: try represent(elements(of: value), between: "[", "]", into: &text)
    }
  }

  private func represent(
    _ elements: Elements, between open: String, _ close: String, into text: inout String
  ) throws(ChatTemplateError) {
    text += open
    var isFirst = true
    for element in elements {
      if !isFirst { text += ", " }
      isFirst = false
      try represent(element, into: &text)
    }
    text += close
  }

  private func represent(_ dictionary: DictionaryValue, into text: inout String) throws(ChatTemplateError) {
    text += "{"
    for index in 0..<dictionary.count {
      if index > 0 { text += ", " }
      try represent(dictionary.keys[index], into: &text)
      text += ": "
      try represent(dictionary.values[index], into: &text)
    }
    text += "}"
  }
}
