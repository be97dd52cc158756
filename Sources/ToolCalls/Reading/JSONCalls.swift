import JSON

/// Calls that are written as JSON: an object of name and arguments, or an array of them.
enum JSONCalls {
  /// The names of an object's members.
  struct Members {
    var name = "name"
    var arguments = "arguments"
    /// Also read, and counted, where `arguments` is missing.
    var lenientArguments: String? = "parameters"
  }

  /// Reads an object or an array of objects; what is no call among several is a problem of its own.
  static func read(
    _ scanner: inout ByteScanner, _ members: Members = Members()
  ) -> Result<(calls: [ToolCall], problems: [ParsedOutput.Problem]), CallSyntaxError>? {
    scanner.skipSpace()
    guard let value = scanner.json() else { return nil }
    guard let elements = value.array else {
      do throws(CallSyntaxError) {
        return .success(([try call(value, members)], []))
      } catch {
        return .failure(error)
      }
    }
    guard !elements.isEmpty else { return .failure(CallSyntaxError("an empty array")) }
    var calls: [ToolCall] = []
    var problems: [ParsedOutput.Problem] = []
    for element in elements {
      do throws(CallSyntaxError) {
        calls.append(try call(element, members))
      } catch {
        problems.append(.malformed(error.reason))
      }
    }
    return .success((calls, problems))
  }

  /// Reads them as a whole block, up to the text that ends it; nil if nothing has to.
  static func block(_ scanner: inout ByteScanner, closing: String?) -> CallReading {
    switch read(&scanner) {
    case nil: .failed("not JSON", in: scanner)
    case .failure(let error): .malformed(error.reason)
    case .success(let (calls, problems)): .closed(calls, problems: problems, by: closing, &scanner)
    }
  }

  /// A call from its object; arguments may also be a string that contains their JSON.
  static func call(_ value: JSONValue, _ members: Members = Members()) throws(CallSyntaxError) -> ToolCall {
    guard let object = value.object else { throw CallSyntaxError("expected an object, got \(value.kind)") }
    let function = object["function"]?.object ?? object
    let name = function[members.name]?.string ?? ""
    if let given = function[members.arguments] { return ToolCall(name: name, arguments: try arguments(given)) }
    guard let other = members.lenientArguments, let given = function[other] else {
      return ToolCall(name: name, arguments: JSONObject())
    }
    return ToolCall(name: name, arguments: try arguments(given)).read(.parametersForArguments)
  }

  static func arguments(_ value: JSONValue) throws(CallSyntaxError) -> JSONObject {
    if let object = value.object { return object }
    if value == .null { return JSONObject() }
    if let text = value.string, let object = (try? JSONValue(parsing: text))?.object { return object }
    throw CallSyntaxError("the arguments are \(value.kind), not an object")
  }
}

/// A dialect that writes JSON between tags.
protocol JSONDialect: CallDialect {
  static var members: JSONCalls.Members { get }
}

extension JSONDialect {
  static var members: JSONCalls.Members { JSONCalls.Members() }

  static func read(_ scanner: inout ByteScanner, tools: [ToolDefinition]) -> CallReading { tagged(&scanner, tools) }

  /// Reads an opening and what stands behind it.
  static func tagged(_ scanner: inout ByteScanner, _ tools: [ToolDefinition]) -> CallReading {
    guard openings.contains(where: { scanner.skip($0) }) else { return .text }
    scanner.skipSpace()
    guard let first = scanner.next else { return .unfinished() }
    guard first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else { return .text }
    var calls: [ToolCall] = []
    var problems: [ParsedOutput.Problem] = []
    // Some models write one object per line where others write an array.
    repeat {
      switch JSONCalls.read(&scanner, members) {
      case nil: return .failed("not JSON", after: calls, problems: problems, by: closing, &scanner)
      case .failure(let error): problems.append(.malformed(error.reason))
      case .success(let read):
        calls += read.calls
        problems += read.problems
      }
      scanner.skipSpace()
    } while scanner.next == UInt8(ascii: "{")
    return .closed(calls, problems: problems, by: closing, &scanner)
  }
}
