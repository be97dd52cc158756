import JSON

/// The package's possible answers as the checks of an envelope.
///
/// Each parameter has a list of values of which one must be given; an empty string among them means that the parameter
/// may be left out. Strings are compared without case, spaces and punctuation, as the package does.
enum BFCLAnswer {
  /// One expected call, from `{"name": {"parameter": [value, …]}}`; nil if it names none of the functions.
  static func call(_ answer: JSONValue, functions: [JSONValue]) -> JSONValue? {
    guard let member = answer.object?.members.first, let possible = member.value.object,
      let function = functions.first(where: { $0["name"]?.string == member.name })
    else { return nil }
    let properties = function["parameters"]?["properties"]?.object ?? JSONObject()
    let required = Set(function["parameters"]?["required"]?.array?.compactMap(\.string) ?? [])
    let arguments = possible.members.compactMap { parameter -> (String, JSONValue)? in
      guard let declared = properties[parameter.name] else { return nil }
      let values = parameter.value.array ?? []
      var check = check(values, declared)
      if values.contains(""), !required.contains(parameter.name) { check["optional"] = true }
      return (parameter.name, .object(check))
    }
    return [
      "name": .string(member.name), "arguments": .object(JSONObject(arguments)), "allow_others": false,
    ]
  }

  private static func check(_ values: [JSONValue], _ declared: JSONValue) -> JSONObject {
    let type = declared["type"]?.string ?? "any"
    let given = values.filter { $0 != "" }
    let isOfObjects = declared["items"]?["type"]?.string == "dict"
    if type == "dict", given.contains(where: { $0.object != nil }) {
      return anyOf(given.compactMap(\.object).map { JSONObject([("members", members($0))]) })
    }
    if type == "array", isOfObjects, given.contains(where: { $0.array != nil }) {
      return anyOf(
        given.compactMap(\.array).map { list in
          JSONObject([
            ("elements", .array(list.map { ["members": members($0.object ?? JSONObject())] }))
          ])
        })
    }
    let isText = ["string", "any", "array", "tuple"].contains(type)
    let allowed = (given.isEmpty ? values : given).map { type == "float" ? asNumber($0) : $0 }
    return JSONObject([("one_of", .array(allowed))] + (isText ? [("loose", true)] : []))
  }

  private static func members(_ object: JSONObject) -> JSONValue {
    .object(
      JSONObject(
        object.members.map { member in
          let values = member.value.array ?? [member.value]
          var check = JSONObject([("one_of", .array(values)), ("loose", true)])
          if values.contains("") { check["optional"] = true }
          return (member.name, .object(check))
        }))
  }

  private static func anyOf(_ checks: [JSONObject]) -> JSONObject {
    checks.count == 1 ? checks[0] : JSONObject([("any_of", .array(checks.map { .object($0) }))])
  }

  private static func asNumber(_ value: JSONValue) -> JSONValue {
    if case .integer(let integer) = value { .number(Double(integer)) } else { value }
  }
}
