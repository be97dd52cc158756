import Foundation
import JSON
import WorkerProtocol

// A worker over the line protocol that has no model: it plays recorded outputs, one per `generate`, from the file
// `script.json` in the folder that it loads.
//
// The file: {"weights": "…", "chat": {…}, "context_length": n, "outputs": [output, …]}, each output an object with `text`
// or `text_bytes` (an array of bytes, sent as they are), `finish` (stop by default), `tokens` (how many are claimed),
// `repeat` (how often the text is repeated), `cuts` (the text is streamed in pieces that end after these bytes), `hang`
// (never answers), `crash`, or `flood` (megabytes of garbage first).

struct Player {
  private var script = JSONValue.null
  private var played = 0

  mutating func answer(_ request: JSONValue, _ id: Int) {
    switch request["op"]?.string {
    case "load": load(request, id)
    case "provenance": reply(id, ["weights": ["hash": script["weights"] ?? "00", "files": [:]]])
    case "tokenize": reply(id, ["tokens": tokens(request["text"]?.string ?? "")])
    case "chat": reply(id, ["tokens": tokens(request["messages"]?.serialized() ?? "")])
    case "generate": generate(request, id)
    default: send(["id": .integer(id), "error": "not in the script"])
    }
  }

  private mutating func load(_ request: JSONValue, _ id: Int) {
    let path = (request["model"]?.string ?? "") + "/script.json"
    guard let data = FileManager.default.contents(atPath: path), let script = try? JSONValue(parsing: data) else {
      return send(["id": .integer(id), "error": "there is no script"])
    }
    self.script = script
    reply(
      id,
      [
        "instruction_set": "none", "threads": 1, "model": [:], "chat": script["chat"] ?? .null,
        "context_length": script["context_length"] ?? 1_000_000,
      ])
  }

  private mutating func generate(_ request: JSONValue, _ id: Int) {
    let isReadiness = request["max_tokens"]?.integer == 1
    let outputs = script["outputs"]?.array ?? []
    let output = isReadiness || outputs.isEmpty ? ["text": "x"] : outputs[min(played, outputs.count - 1)]
    if !isReadiness { played += 1 }
    if output["crash"]?.bool == true { exit(7) }
    if let megabytes = output["flood"]?.integer {
      let garbage = Data(repeating: UInt8(ascii: "x"), count: 1 << 20)
      for _ in 0..<megabytes { try? FileHandle.standardOutput.write(contentsOf: garbage) }
      try? FileHandle.standardOutput.write(contentsOf: Data([0x0A]))
    }
    // The runner kills a worker that hangs; one that is left behind ends within the hour.
    if output["hang"]?.bool == true { Thread.sleep(forTimeInterval: 3600) }
    let prompt = request["prompt"]?.array?.count ?? 0
    let count = output["tokens"]?.integer ?? request["max_tokens"]?.integer ?? 1
    let text = String(repeating: output["text"]?.string ?? "", count: output["repeat"]?.integer ?? 1)
    let bytes = output["text_bytes"]?.array?.compactMap { UInt8(exactly: $0.integer ?? 0) } ?? Array(text.utf8)
    if request["stream"]?.bool == true, let cuts = output["cuts"]?.array?.compactMap(\.integer) {
      for (start, end) in zip([0] + cuts, cuts + [bytes.count]) {
        send(["id": .integer(id), "piece": .string(Data(bytes[start..<end]).base64EncodedString())])
      }
    }
    let answer: JSONValue = [
      "id": .integer(id), "peak_memory_bytes": 1_000_000,
      "result": [
        "text": output["cuts"] == nil ? .string(text) : .null,
        "prompt_tokens": .integer(prompt),
        "cached_tokens": .integer(request["reuse_prefix"]?.bool == true ? prompt / 2 : 0),
        "token_ns": .array((0..<count).map { .integer(($0 + 1) * 1000) }),
        "finish": .string(output["finish"]?.string ?? "stop"),
      ],
    ]
    guard output["text_bytes"] != nil, output["cuts"] == nil else { return send(answer) }
    let parts = answer.serialized().components(separatedBy: "\"text\":\"\"")
    send(Array((parts[0] + "\"text\":\"").utf8) + bytes + Array(("\"" + parts.dropFirst().joined()).utf8))
  }

  /// One token per byte, so that a conversation's prompt grows with it.
  private func tokens(_ text: String) -> JSONValue { .tokens(text.utf8.map(Int32.init)) }

  private func reply(_ id: Int, _ result: JSONValue) {
    send(["id": .integer(id), "result": result, "peak_memory_bytes": 1_000_000])
  }

  func send(_ value: JSONValue) { send(Array(value.serialized().utf8)) }

  private func send(_ line: [UInt8]) { FileHandle.standardOutput.write(Data(line + [0x0A])) }
}

var player = Player()
player.send(["hello": ["protocol": .integer(WorkerProtocol.version), "engine": "scripted", "version": "1"]])
while let line = readLine() {
  guard let request = try? JSONValue(parsing: line), let id = request["id"]?.integer else { exit(2) }
  player.answer(request, id)
}
