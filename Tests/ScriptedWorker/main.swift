import Foundation
import JSON
import WorkerProtocol

// A worker over the line protocol that has no model: it plays recorded outputs, one per `generate`, from the file
// `script.json` in the folder that it loads.
//
// The file: {"weights": "…", "files": {name: SHA-256}, "chat": {…}, "context_length": n, "token_nanoseconds": n, "prefill_chunk": n,
// "load": {…}, "outputs": [output, …], "slices": [slice, …]}. With `token_nanoseconds`, a request takes so long per token of
// its prompt and per token after it. With `prefill_chunk`, the worker makes requests in slices. The members of `load` are
// added to the answer to `load`, or replace those of it. `at_load` is a shell command that is run before that answer; there,
// $PPID is the worker.
//
// Every token of a score is the less likely the larger it is. A prompt with the text `refused_prompt` is refused, and one with
// `fatal_prompt` ends the worker. The file `asked` in the folder gets a line for each request for scores: `score`, or
// `score_batch` and the number of items.
//
// Each output is an object with `text`
// or `text_bytes` (an array of bytes, sent as they are), `finish` (stop by default), `tokens` (how many are claimed),
// `repeat` (how often the text is repeated), `cuts` (the text is streamed in pieces that end after these bytes), `hang`
// (never answers), `crash`, `cached_once` (the tokens that the first worker of the folder says were cached), `flood` (megabytes of garbage first), `token_ns` (the times that are claimed), or `fault` (a shell command in the
// folder, after which the worker ends as one does that can't read its files any more).
//
// `leak_bytes` of the script are touched and kept with each generation. `crash_once_at` is the generation, of those with more
// than one token, at which the first worker of the folder ends. `begin_cached_once` of the script is the same for the first request in slices.
//
// Each slice is an object that is played by one `advance`, and none by those after the last: `crash`, `crash_once` (in the
// first of all workers of that folder), `crashes` (a number: in so many workers, each but for the one that takes its place),
// and members that replace those of the answer.

struct Player {
  private var folder = ""
  private var script = JSONValue.null
  private var played = 0
  private var slicesPlayed = 0
  /// The prompt of the last generation, which counts as cached as far as the next one begins like it.
  private var previous: [Int32] = []
  private var leaked: [[UInt8]] = []
  /// What is left of the request in slices.
  private var begun: (prompt: Int, tokens: Int) = (0, 0)

  mutating func answer(_ request: JSONValue, _ id: Int) {
    switch request["op"]?.string {
    case "load": load(request, id)
    case "provenance": reply(id, ["weights": ["hash": script["weights"] ?? "00", "files": script["files"] ?? [:]]])
    case "tokenize": reply(id, ["tokens": tokens(request["text"]?.string ?? "")])
    case "chat": reply(id, ["tokens": tokens(request["messages"]?.serialized() ?? "")])
    case "generate": generate(request, id)
    case "begin": begin(request, id)
    case "advance": advance(request, id)
    case "score": score(request, id)
    case "score_batch": scoreBatch(request, id)
    default: send(["id": .integer(id), "error": "not in the script"])
    }
  }

  private mutating func load(_ request: JSONValue, _ id: Int) {
    folder = request["model"]?.string ?? ""
    guard let data = FileManager.default.contents(atPath: folder + "/script.json"),
      let script = try? JSONValue(parsing: data)
    else {
      return send(["id": .integer(id), "error": "there is no script"])
    }
    self.script = script
    if let command = script["at_load"]?.string { Self.run(command) }
    var result = JSONObject([
      ("instruction_set", "none"), ("threads", 1), ("model", [:]), ("chat", script["chat"] ?? .null),
      ("context_length", script["context_length"] ?? 1_000_000),
      ("slices", .bool(script["prefill_chunk"]?.integer != nil)), ("prefill_chunk", script["prefill_chunk"] ?? .null),
    ])
    for member in script["load"]?.object?.members ?? JSONObject().members { result[member.name] = member.value }
    reply(id, .object(result))
  }

  private static func run(_ command: String) {
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/sh")
    shell.arguments = ["-c", command]
    shell.standardInput = FileHandle.nullDevice
    // Standard output is the runner's.
    shell.standardOutput = FileHandle.standardError
    guard (try? shell.run()) != nil else { exit(9) }
    shell.waitUntilExit()
    if shell.terminationStatus != 0 { exit(9) }
  }

  private mutating func begin(_ request: JSONValue, _ id: Int) {
    begun = (request["prompt"]?.array?.count ?? 0, request["max_tokens"]?.integer ?? 0)
    let cached = script["begin_cached_once"].flatMap {
      FileManager.default.createFile(once: folder + "/begun-cached") ? $0.integer : nil
    }
    reply(id, ["prompt_tokens": .integer(begun.prompt), "cached_tokens": .integer(cached ?? 0)])
  }

  private mutating func advance(_ request: JSONValue, _ id: Int) {
    let slices = script["slices"]?.array ?? []
    let slice = slicesPlayed < slices.count ? slices[slicesPlayed].object ?? JSONObject() : JSONObject()
    slicesPlayed += 1
    if slice["crash"]?.bool == true { exit(7) }
    if slice["crash_once"]?.bool == true, FileManager.default.createFile(once: folder + "/crashed") { exit(7) }
    if let crashes = slice["crashes"]?.integer,
      let turn = (0..<2 * crashes).first(where: { FileManager.default.createFile(once: folder + "/turn-\($0)") }),
      turn % 2 == 0
    {
      exit(7)
    }
    let isPrompt = begun.prompt > 0
    let count = min(request["tokens"]?.integer ?? 0, isPrompt ? begun.prompt : begun.tokens)
    if isPrompt { begun.prompt -= count }
    let coming = !isPrompt ? count : begun.prompt == 0 ? 1 : 0
    begun.tokens -= coming
    // Far less than it takes to ask for it.
    let nanosecondsPerToken = 100
    var result = JSONObject([
      ("phase", isPrompt ? "prefill" : "decode"), ("processed", .integer(count)),
      ("tokens", .tokens(Array(repeating: 1, count: coming))),
      ("token_ns", .array((0..<coming).map { .integer((count - coming + $0 + 1) * nanosecondsPerToken) })),
      ("elapsed_ns", .integer(count * nanosecondsPerToken)), ("processor_ns", .integer(count * nanosecondsPerToken)),
      ("involuntary_switches", 0), ("finished", .bool(begun.prompt == 0 && begun.tokens == 0)),
    ])
    for member in slice.members where result[member.name] != nil { result[member.name] = member.value }
    reply(id, .object(result))
  }

  private func score(_ request: JSONValue, _ id: Int) {
    note("score")
    guard accepts(request["prompt"]) else { return send(["id": .integer(id), "error": "refused"]) }
    reply(id, ["log_probabilities": scores(of: request["continuation"])])
  }

  private func scoreBatch(_ request: JSONValue, _ id: Int) {
    let items = request["items"]?.array ?? []
    note("score_batch \(items.count)")
    guard items.allSatisfy({ accepts($0["prompt"]) }) else { return send(["id": .integer(id), "error": "refused"]) }
    let values = items.map { item in JSONValue.array((item["continuations"]?.array ?? []).map { scores(of: $0) }) }
    reply(id, ["log_probabilities": .array(values)])
  }

  private func scores(of continuation: JSONValue?) -> JSONValue {
    .array((continuation?.tokens ?? []).map { .number(-Double($0) / 100) })
  }

  /// Ends the worker if the prompt is fatal.
  private func accepts(_ prompt: JSONValue?) -> Bool {
    let text = String(decoding: (prompt?.tokens ?? []).map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
    if let fatal = script["fatal_prompt"]?.string, text.contains(fatal) { exit(7) }
    guard let refused = script["refused_prompt"]?.string else { return true }
    return !text.contains(refused)
  }

  private func note(_ line: String) {
    let url = URL(fileURLWithPath: folder + "/asked")
    let before = (try? Data(contentsOf: url)) ?? Data()
    try? (before + Data((line + "\n").utf8)).write(to: url)
  }

  private mutating func generate(_ request: JSONValue, _ id: Int) {
    let isReadiness = request["max_tokens"]?.integer == 1
    if let bytes = script["leak_bytes"]?.integer { leaked.append([UInt8](repeating: 1, count: bytes)) }
    if let last = script["crash_once_at"]?.integer, !isReadiness, played + 1 == last,
      FileManager.default.createFile(once: folder + "/crashed")
    {
      exit(7)
    }
    let outputs = script["outputs"]?.array ?? []
    let output = isReadiness || outputs.isEmpty ? ["text": "x"] : outputs[min(played, outputs.count - 1)]
    if !isReadiness { played += 1 }
    if output["crash"]?.bool == true { exit(7) }
    if let command = output["fault"]?.string {
      Self.run("cd '\(folder)' && \(command)")
      exit(74)
    }
    if let megabytes = output["flood"]?.integer {
      let garbage = Data(repeating: UInt8(ascii: "x"), count: 1 << 20)
      for _ in 0..<megabytes { try? FileHandle.standardOutput.write(contentsOf: garbage) }
      try? FileHandle.standardOutput.write(contentsOf: Data([0x0A]))
    }
    // The runner kills a worker that hangs; one that is left behind ends within the hour.
    if output["hang"]?.bool == true { Thread.sleep(forTimeInterval: 3600) }
    let prompt = request["prompt"]?.array?.count ?? 0
    let count = output["tokens"]?.integer ?? request["max_tokens"]?.integer ?? 1
    // Far less than it takes to ask for it.
    var times = (0..<count).map { ($0 + 1) * 100 }
    if !isReadiness, let pace = script["token_nanoseconds"]?.integer {
      times = (0..<count).map { (prompt + $0) * pace }
      Thread.sleep(forTimeInterval: Double(pace) * 1e-9 * Double(prompt + count))
    }
    let text = String(repeating: output["text"]?.string ?? "", count: output["repeat"]?.integer ?? 1)
    let bytes = output["text_bytes"]?.array?.compactMap { UInt8(exactly: $0.integer ?? 0) } ?? Array(text.utf8)
    if request["stream"]?.bool == true, let cuts = output["cuts"]?.array?.compactMap(\.integer) {
      for (start, end) in zip([0] + cuts, cuts + [bytes.count]) {
        send(["id": .integer(id), "piece": .string(Data(bytes[start..<end]).base64EncodedString())])
      }
    }
    let tokens = request["prompt"]?.tokens ?? []
    let common = zip(tokens, previous).prefix { $0 == $1 }.count
    let kept = request["reuse_prefix"]?.bool == true ? min(common, prompt - 1) : 0
    previous = tokens
    let cached = output["cached_once"].flatMap {
      FileManager.default.createFile(once: folder + "/cached") ? $0.integer : nil
    }
    let answer: JSONValue = [
      "id": .integer(id), "peak_memory_bytes": 1_000_000,
      "result": [
        "text": output["cuts"] == nil ? .string(text) : .null,
        "prompt_tokens": .integer(prompt),
        "cached_tokens": .integer(cached ?? kept),
        "tokens": .tokens(Array(repeating: 1, count: count)),
        "sequences": request["sequences"] ?? 1,
        "token_ns": output["token_ns"] ?? .array(times.map { .integer($0) }),
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

extension FileManager {
  /// Creates an empty file; false if it exists.
  fileprivate func createFile(once path: String) -> Bool {
    !fileExists(atPath: path) && createFile(atPath: path, contents: nil)
  }
}

var player = Player()
player.send(["hello": ["protocol": .integer(WorkerProtocol.version), "engine": "scripted", "version": "1"]])
while let line = readLine() {
  guard let request = try? JSONValue(parsing: line), let id = request["id"]?.integer else { exit(2) }
  player.answer(request, id)
}
