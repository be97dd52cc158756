import Foundation
import JSON
import WorkerProtocol

// A worker over the line protocol that has no model: it plays recorded outputs, one a `generate`, from a JSON file.
//
//   scripted-worker FILE
//
// The file: {"chat": {…}, "context_length": n, "outputs": [output, …]}, each output an object with `text` or
// `text_bytes` (an array of bytes, sent as they are), `finish` (stop unless given), `tokens` (how many are claimed),
// `repeat` (how often the text is repeated), `hang` (never answers) or `crash`.

guard CommandLine.arguments.count > 1, let data = FileManager.default.contents(atPath: CommandLine.arguments[1]),
  let script = try? JSONValue(parsing: data)
else { exit(2) }

func send(_ bytes: [UInt8]) { FileHandle.standardOutput.write(Data(bytes + [0x0A])) }

func send(_ value: JSONValue) { send(Array(value.serialized().utf8)) }

func reply(_ id: Int, _ result: JSONValue) { send(["id": .integer(id), "result": result, "peak_memory_bytes": 1_000_000]) }

/// A token a byte, so that a conversation's prompt grows with it.
func tokens(_ text: String) -> JSONValue { .tokens(text.utf8.map(Int32.init)) }

var played = 0

func generate(_ request: JSONValue, _ id: Int) {
  let prompt = request["prompt"]?.array?.count ?? 0
  let isReadiness = request["max_tokens"]?.integer == 1
  let outputs = script["outputs"]?.array ?? []
  let output = isReadiness || outputs.isEmpty ? ["text": "x"] : outputs[min(played, outputs.count - 1)]
  if !isReadiness { played += 1 }
  if output["crash"]?.bool == true { exit(7) }
  if output["hang"]?.bool == true { Thread.sleep(forTimeInterval: 3600) }
  let text = String(repeating: output["text"]?.string ?? "", count: output["repeat"]?.integer ?? 1)
  let count = output["tokens"]?.integer ?? request["max_tokens"]?.integer ?? 1
  let times = JSONValue.array((0..<count).map { .integer(($0 + 1) * 1000) })
  let isReused = request["reuse_prefix"]?.bool == true
  let answer: JSONValue = [
    "id": .integer(id), "peak_memory_bytes": 1_000_000,
    "result": [
      "tokens": [], "text": .string(text), "prompt_tokens": .integer(prompt),
      "cached_tokens": .integer(isReused ? prompt / 2 : 0), "token_ns": times,
      "finish": .string(output["finish"]?.string ?? "stop"),
    ],
  ]
  guard let raw = output["text_bytes"]?.array else { return send(answer) }
  let parts = answer.serialized().components(separatedBy: "\"text\":\"\"")
  send(Array(parts[0].utf8) + Array("\"text\":\"".utf8) + raw.compactMap { UInt8(exactly: $0.integer ?? 0) }
    + Array(("\"" + parts.dropFirst().joined()).utf8))
}

send(["hello": ["protocol": .integer(WorkerProtocol.version), "engine": "scripted", "version": "1"]])
while let line = readLine() {
  guard let request = try? JSONValue(parsing: line), let id = request["id"]?.integer else { exit(2) }
  switch request["op"]?.string {
  case "load":
    reply(
      id,
      [
        "instruction_set": "none", "threads": 1, "model": [:], "chat": script["chat"] ?? .null,
        "context_length": script["context_length"] ?? 1_000_000,
      ])
  case "provenance": reply(id, ["weights": ["hash": "00", "files": [:]]])
  case "tokenize": reply(id, ["tokens": tokens(request["text"]?.string ?? "")])
  case "chat": reply(id, ["tokens": tokens(request["messages"]?.serialized() ?? "")])
  case "generate": generate(request, id)
  default: send(["id": .integer(id), "error": "not in the script"])
  }
}
