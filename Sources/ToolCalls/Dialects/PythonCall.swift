import JSON

/// One call as a line of Python.
public enum PythonCall {
  /// The call, or nil where the text is none.
  ///
  /// - Parameter parameters: The names of a function's parameters, for arguments that are given by position.
  public static func read(_ text: String, parameters: (String) -> [String]) -> ToolCall? {
    var scanner = TextScanner(text)
    return try? Pythonic.call(&scanner, parameters: parameters)
  }
}
