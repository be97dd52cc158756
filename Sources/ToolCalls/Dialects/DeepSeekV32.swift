import JSON

/// DeepSeek V3.2: invocations whose parameters say whether they are texts or JSON.
enum DeepSeekV32: CallDialect {
  static let openings = ["<｜DSML｜function_calls>"]
  static let closing: String? = "</｜DSML｜function_calls>"

  private static var calls: TaggedCalls {
    TaggedCalls(
      callStart: { $0.tag("<｜DSML｜invoke name=") }, callPrefix: "<｜DSML｜invoke", opening: "<｜DSML｜function_calls>",
      parameterStart: { parameter(&$0) }, parameterPrefix: "<｜DSML｜parameter", parameterEnd: "</｜DSML｜parameter>",
      callEnd: "</｜DSML｜invoke>", blockEnd: "</｜DSML｜function_calls>"
    ) { text, parameter, types throws(CallSyntaxError) in
      if parameter.isText == true { return .string(text) }
      if parameter.isText == false { return ParameterTypes.literal(text) }
      return try types.declaredValue(of: text)
    }
  }

  private static func parameter(_ scanner: inout ByteScanner) -> TaggedCalls.Parameter? {
    let start = scanner.position
    guard scanner.skip("<｜DSML｜parameter name=\""), let name = scanner.text(upTo: "\""),
      let attributes = scanner.attributes()
    else {
      scanner.position = start
      return nil
    }
    let isText = attributes.contains("string=\"true\"") ? true : attributes.contains("string=\"false\"") ? false : nil
    return TaggedCalls.Parameter(name: name, isText: isText)
  }

  static func read(_ scanner: inout ByteScanner, tools: [ToolDefinition]) -> CallReading {
    scanner.skip(openings[0]) ? calls.read(&scanner, tools: tools) : .text
  }
}
