import JSON

extension CallJudge {
  /// Compares the calls made with those that are due. Order is free: each expected call takes the first call that
  /// passes, or else the first of its name.
  func compare(_ calls: [ToolCall], with expected: [ExpectedCall], _ findings: inout Findings) {
    var open = calls
    for call in calls where tool(named: call.name) == nil {
      findings.add(.unknownTool, "there is no tool \"\(call.name.prefix(60))\"")
    }
    open.removeAll { tool(named: $0.name) == nil }
    let wasUnknown = open.count < calls.count
    var unmatched: [ExpectedCall] = []
    for wanted in expected {
      if let index = open.firstIndex(where: { mismatches(of: $0, wanted).isEmpty }) {
        open.remove(at: index)
      } else {
        unmatched.append(wanted)
      }
    }
    for wanted in unmatched {
      if let index = open.firstIndex(where: { $0.name == wanted.name }) {
        for (failure, detail) in mismatches(of: open.remove(at: index), wanted) { findings.add(failure, detail) }
      } else if let other = open.first {
        findings.add(.wrongTool, "\(other.name) where \(wanted.name) was due")
        open.removeFirst()
      } else if !wasUnknown, findings.isEmpty || !calls.isEmpty {
        // After a broken or cut call, that there is none left is no second failure.
        findings.add(.noCall, "\(wanted.name) was due")
      }
    }
    if let extra = open.first {
      findings.add(.extraCall, expected.isEmpty ? "\(extra.name) where no call was due" : "\(extra.name) as well")
    }
  }

  private func mismatches(of call: ToolCall, _ wanted: ExpectedCall) -> [(CallFailure, String)] {
    guard call.name == wanted.name else { return [(.wrongTool, call.name)] }
    var found: [(CallFailure, String)] = []
    for argument in wanted.arguments {
      guard let value = call.arguments[argument.name] else {
        if !argument.isOptional { found.append((.missingArgument, "\(argument.name) of \(call.name) is missing")) }
        continue
      }
      if !argument.check.passes(value) {
        found.append((.wrongValue, "\(argument.name) of \(call.name) is \(value.serialized().prefix(80))"))
      }
    }
    let tool = tool(named: call.name)
    for name in tool?.required ?? [] where call.arguments[name] == nil {
      if !wanted.arguments.contains(where: { $0.name == name }) {
        found.append((.missingArgument, "\(name) of \(call.name) is missing"))
      }
    }
    for member in call.arguments.members where !wanted.arguments.contains(where: { $0.name == member.name }) {
      if let problem = problem(ofOther: member, tool, wanted) {
        found.append((.wrongValue, "\(member.name.prefix(60)) of \(call.name) \(problem)"))
      }
    }
    return found
  }

  private func problem(
    ofOther member: JSONObject.Member, _ tool: ToolDefinition?, _ wanted: ExpectedCall
  ) -> String? {
    guard wanted.allowsOthers, let schema = tool?.schema(of: member.name) else { return "is not an argument" }
    return JSONSchema(schema).problem(of: member.value)
  }
}
