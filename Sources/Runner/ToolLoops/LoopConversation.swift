import Envelopes
import JSON
import ToolCalls
import WorkerProtocol

/// The conversation of a tool loop as it grows, in the form in which its cell announces tools.
struct LoopConversation {
  let cell: ToolLoopCell
  private(set) var turns: [ChatTurn]
  /// The calls of the turn before, whose results come next.
  private var calls: [ToolCall] = []
  private var callCount = 0

  init(_ cell: ToolLoopCell) {
    self.cell = cell
    let system = cell.trace.system
    let content =
      cell.announcement == .systemPrompt
      ? system + "\n\n" + HermesForm.announcement(of: cell.trace.tools.tools) : system
    turns = [ChatTurn(role: "system", content: content)]
  }

  /// Appends what the model is given before the turn of that round, from 1.
  mutating func begin(_ round: Int) {
    let script = cell.trace.rounds[round - 1]
    var results = calls.map { (call: $0, text: result(of: $0.name, in: script)) }
    if let padding = padding(round), !results.isEmpty { results[0].text += "\n" + padding }
    switch cell.announcement {
    case .template:
      for (index, result) in results.enumerated() {
        turns.append(
          ChatTurn(
            role: "tool", content: result.text,
            extra: JSONObject([
              ("name", .string(result.call.name)),
              ("tool_call_id", .string(identifier(callCount - calls.count + index))),
            ])))
      }
      if let user = script.user { turns.append(ChatTurn(role: "user", content: user)) }
    case .systemPrompt:
      let responses = results.map { HermesForm.response(of: $0.call.name, $0.text) }
      let content = (responses + (script.user.map { [$0] } ?? [])).joined(separator: "\n")
      turns.append(ChatTurn(role: "user", content: content))
    }
  }

  /// Appends the scripted turn of that round.
  mutating func endAsScripted(_ round: Int) {
    let script = cell.trace.rounds[round - 1]
    append(calls: script.scriptedCalls, text: script.reply, written: nil)
  }

  /// Appends what the model itself wrote.
  ///
  /// If it made no call although one was due, the results of the scripted calls come next all the same, so that the loop
  /// goes on with the same facts for every model.
  mutating func end(_ round: Int, _ judgement: CallJudgement, written: String) {
    append(calls: judgement.calls, text: judgement.prose, written: written)
    if judgement.calls.isEmpty { take(cell.trace.rounds[round - 1].scriptedCalls) }
  }

  private mutating func append(calls: [ToolCall], text: String, written: String?) {
    take(calls)
    switch cell.announcement {
    case .systemPrompt:
      let content = written ?? ([text].filter { !$0.isEmpty } + calls.map(HermesForm.call)).joined(separator: "\n")
      turns.append(ChatTurn(role: "assistant", content: content))
    case .template:
      guard !calls.isEmpty else {
        turns.append(ChatTurn(role: "assistant", content: written ?? text))
        return
      }
      let first = callCount - calls.count
      let list = calls.enumerated().map { index, call -> JSONValue in
        ["type": "function", "id": .string(identifier(first + index)), "function": call.json]
      }
      turns.append(ChatTurn(role: "assistant", content: text, extra: JSONObject([("tool_calls", .array(list))])))
    }
  }

  private mutating func take(_ calls: [ToolCall]) {
    self.calls = calls
    callCount += calls.count
  }

  private func result(of tool: String, in script: Trace.Round) -> String {
    script.results[tool] ?? cell.trace.tools.results[tool]
      ?? JSONValue.object(JSONObject([("error", .string("there is no tool \(tool.prefix(60))"))])).serialized()
  }

  /// Nine letters and digits, which is all that the strictest template accepts.
  private func identifier(_ index: Int) -> String {
    let digits = String(index)
    return "call" + String(repeating: "0", count: max(5 - digits.count, 0)) + digits
  }

  private func padding(_ round: Int) -> String? {
    guard let padding = cell.padding else { return nil }
    let rounds = cell.trace.rounds.dropLast().filter { !$0.scriptedCalls.isEmpty }.count
    return padding.text(forRound: round, of: rounds)
  }
}

extension ToolLoopCell {
  /// More than the bytes of the whole conversation, and so more than its tokens.
  var longestByteCount: Int {
    let tools = trace.tools.tools.reduce(0) { $0 + $1.json.serialized().utf8.count + 16 }
    let results = trace.tools.results.values.reduce(0) { $0 + $1.utf8.count }
    let rounds = trace.rounds.reduce(0) { sum, round in
      let given = (round.user ?? "").utf8.count + round.results.values.reduce(0) { $0 + $1.utf8.count }
      let scripted = round.reply.utf8.count + round.scriptedCalls.reduce(0) { $0 + $1.json.serialized().utf8.count }
      return sum + given + scripted + maximumTokens + 256
    }
    return trace.system.utf8.count + tools + results * trace.rounds.count + rounds + (padding?.characters ?? 0) + 2048
  }
}

/// Tools in plain messages, for models whose chat template knows none: definitions as JSON in `<tools>`, calls in
/// `<tool_call>`, results in `<tool_response>`, as the Hermes family was trained on.
enum HermesForm {
  static func announcement(of tools: [ToolDefinition]) -> String {
    let definitions = tools.map { $0.json.serialized() }.joined(separator: "\n")
    return """
      You may call one or more of these tools, each given by its JSON Schema:
      <tools>
      \(definitions)
      </tools>

      To call a tool, write its name and arguments as one JSON object between tags, and nothing after it:
      <tool_call>
      {"name": "the tool's name", "arguments": {"argument": "value"}}
      </tool_call>
      The result comes in the next message. When no tool is needed, answer in words.
      """
  }

  static func call(_ call: ToolCall) -> String { "<tool_call>\n\(call.json.serialized())\n</tool_call>" }

  static func response(of tool: String, _ text: String) -> String {
    let object = JSONValue.object(JSONObject([("name", .string(tool)), ("content", .string(text))]))
    return "<tool_response>\n\(object.serialized())\n</tool_response>"
  }
}
