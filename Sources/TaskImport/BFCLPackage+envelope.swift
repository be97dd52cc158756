import JSON
import ToolCalls

extension BFCLPackage {
  /// The categories as an envelope's JSON: a trace and a live cell for each question.
  ///
  /// Each call of a multi-turn question's ground truth is a round; its tools return `ok`, since the package computes
  /// their results by running its simulations.
  ///
  /// - Throws: `.missing`, `.malformed`.
  public func envelope() throws(TaskImportError) -> JSONValue {
    var sets: [JSONValue] = []
    var traces: [JSONValue] = []
    for category in Category.allCases {
      for entry in try entries(of: category) {
        let functions = try functions(of: entry, category)
        sets.append([
          "id": .string(entry.id), "tools": .array(functions.map { BFCLSchema.tool($0, result: "ok") }),
        ])
        let rounds = category == .multiTurn ? try turns(entry, functions) : [try round(entry, functions)]
        traces.append([
          "id": .string(entry.id), "tools": .string(entry.id),
          "system": "Answer the user by calling the functions that fit.", "rounds": .array(rounds),
        ])
      }
    }
    return wrap(sets, traces, digest: try digest())
  }

  private func functions(of entry: Entry, _ category: Category) throws(TaskImportError) -> [JSONValue] {
    guard category == .multiTurn else { return entry.question.value["function"]?.array ?? [] }
    var functions: [JSONValue] = []
    for name in entry.question.value["involved_classes"]?.array?.compactMap(\.string) ?? [] {
      for function in try self.functions(ofClass: name)
      where !functions.contains(where: { $0["name"] == function["name"] }) {
        functions.append(function)
      }
    }
    return functions
  }

  private func round(_ entry: Entry, _ functions: [JSONValue]) throws(TaskImportError) -> JSONValue {
    let calls = (entry.answer.array ?? []).map { BFCLAnswer.call($0, functions: functions) }
    guard !calls.isEmpty, !calls.contains(where: { $0 == nil }) else {
      throw entry.malformed("its answer names a function that it does not have")
    }
    return ["user": .string(try entry.text(ofTurn: 0)), "calls": .array(calls.compactMap(\.self))]
  }

  private func turns(_ entry: Entry, _ functions: [JSONValue]) throws(TaskImportError) -> [JSONValue] {
    var rounds: [JSONValue] = []
    for (index, turn) in (entry.answer.array ?? []).enumerated() {
      let texts = turn.array?.compactMap(\.string) ?? []
      for (place, text) in texts.enumerated() {
        guard let call = PythonCall.read(text, parameters: { Self.parameters($0, functions) }) else {
          throw entry.malformed("\"\(text)\" is no call of its functions")
        }
        let arguments = call.arguments.members.map { ($0.name, JSONValue.object(JSONObject([("equals", $0.value)]))) }
        var round = JSONObject([
          (
            "calls",
            [["name": .string(call.name), "arguments": .object(JSONObject(arguments))]]
          )
        ])
        if place == 0 { round["user"] = .string(try entry.text(ofTurn: index)) }
        rounds.append(.object(round))
      }
      if texts.isEmpty { rounds.append(["user": .string(try entry.text(ofTurn: index)), "reply": "Done."]) }
    }
    return rounds
  }

  private static func parameters(_ name: String, _ functions: [JSONValue]) -> [String] {
    functions.first { $0["name"]?.string == name }?["parameters"]?["properties"]?.object?.names ?? []
  }

  private func wrap(_ sets: [JSONValue], _ traces: [JSONValue], digest: String) -> JSONValue {
    let cells = traces.map { trace -> JSONValue in
      [
        "id": trace["id"] ?? "", "trace": trace["id"] ?? "", "mode": "live", "announce": "template",
        "max_tokens": 512,
      ]
    }
    return [
      "schema": 1, "id": "bfcl", "version": 1,
      "description": "Simple, multiple, parallel and multi-turn base categories of the Berkeley function-calling data.",
      "origin": [
        "package": "bfcl-eval", "version": .string(version), "license": "Apache-2.0",
        "sha256": .string(digest),
      ],
      "sampling": ["temperature": 0, "top_p": 1, "seed": 0], "throughput": [], "accuracy": [],
      "tool_sets": .array(sets), "traces": .array(traces), "tool_loops": .array(cells),
      "plan": ["blocks": 1, "warm_ups": 0, "order_seed": 1, "void_limit": 0.5],
      "promotion": [
        "confidence": 0.95,
        "objectives": [
          ["metric": "valid_tool_call_rate", "cell": cells.last?["id"] ?? "", "min_effect": 0.05]
        ],
        "guardrails": [],
        "maturity": ["comparisons": 1, "days_between": 0, "allow_provisional": false],
      ],
    ]
  }
}

/// The package's descriptions of functions as tools, with their parameters as JSON Schema.
private enum BFCLSchema {
  /// A function as an envelope's tool.
  static func tool(_ function: JSONValue, result: String) -> JSONValue {
    let description = function["description"]?.string ?? ""
    return [
      "name": .string(function["name"]?.string ?? ""),
      "description": .string(description.isEmpty ? "No description." : description),
      "parameters": schema(function["parameters"] ?? ["type": "dict", "properties": [:]]), "result": .string(result),
    ]
  }

  /// The schema with JSON Schema's words for the package's `dict`, `float` and `tuple`, and none for `any`.
  private static func schema(_ value: JSONValue) -> JSONValue {
    guard let object = value.object else { return value }
    var result = JSONObject()
    for member in object.members {
      switch (member.name, member.value) {
      case ("type", .string(let name)): result["type"] = type(name).map { .string($0) }
      case ("properties", .object(let properties)):
        result["properties"] = .object(JSONObject(properties.members.map { ($0.name, schema($0.value)) }))
      case ("items", let items), ("additionalProperties", let items): result[member.name] = schema(items)
      default: result[member.name] = member.value
      }
    }
    return .object(result)
  }

  private static func type(_ name: String) -> String? {
    switch name {
    case "dict": "object"
    case "float": "number"
    case "tuple": "array"
    case "any": nil
    default: name
    }
  }
}
