import Foundation
import JSON
import Platform
import TestSupport
import Testing

@testable import WorkerProtocol

/// Real processes: the native worker, and shell scripts that misbehave.
@Suite("Worker process")
struct WorkerProcessTests {
  private static let native = WorkerCommand(executable: Program.executable, arguments: ["worker"])

  private func script(_ text: String) -> WorkerCommand {
    WorkerCommand(executable: URL(fileURLWithPath: "/bin/sh"), arguments: ["-c", text])
  }

  /// Seconds that no answer takes, however busy the machine is.
  private static let patience = 600.0
  private static let hello = #"echo '{"hello": {"protocol": 1, "engine": "script", "version": "1"}}'; "#

  @Test("The native worker loads, generates and reports its memory and hashes")
  func nativeWorker() async throws {
    let worker = try await WorkerProcess(Self.native)
    let load = try await worker.request(
      .load(LoadOptions(model: TestModels.uniform.path, threads: 1, contextLength: 64)))
    #expect(try load.value("context_length", \.integer) == 64)
    let prompt = try await worker.request(.tokenize("The capital of France is")).value("tokens", \.tokens)
    let reply = try await worker.request(.generate(GenerateOptions(prompt: prompt, maximumTokens: 4)))
    let times = try reply.value("token_ns") { $0.array?.compactMap(\.integer) }
    #expect(times.count == 4)
    #expect(times == times.sorted())
    #expect(reply.peakMemoryBytes > 50_000_000)
    let proof = try await worker.request(.provenance)
    #expect(try proof.value("weights") { $0["hash"]?.string }.count == 64)
    await worker.close()
    #expect(kill(worker.processIdentifier, 0) != 0)
  }

  @Test(
    "The native worker copies its weights into memory unless it is told to map them, and says which",
    arguments: WeightPlacement.allCases)
  func placement(weights: WeightPlacement) async throws {
    let worker = try await WorkerProcess(Self.native)
    let load = try await worker.request(
      .load(LoadOptions(model: TestModels.uniform.path, threads: 1, contextLength: 64, weights: weights)))
    #expect(try load.value("weights_in", \.string) == weights.rawValue)
    #expect(load.result["huge_page_bytes"].map { ($0.integer ?? -1) >= 0 } ?? true)
    #expect(try load.value("slices", \.bool))
    #expect(try load.value("prefill_chunk", \.integer) > 1)
    #expect(try load.value("batches", \.bool))
    await worker.close()
  }

  @Test("Memory that does not suffice for the weights is an error that names the file")
  func memoryLimit() async throws {
    #if os(Linux)
      let folder = try TemporaryFolder()
      for name in ["config.json", "tokenizer.json", "tokenizer_config.json"] {
        try FileManager.default.copyItem(at: TestModels.uniform.appendingPathComponent(name), to: folder(name))
      }
      let weights = try folder.write("", to: "model.safetensors")
      try FileHandle(forWritingTo: weights).truncate(atOffset: 64 << 30)
      let worker = try await WorkerProcess(Self.native.limited(toMemory: 8 << 30))
      let reason = "cannot read \(weights.path): Cannot allocate memory"
      for placement in WeightPlacement.allCases {
        await #expect(throws: WorkerFailure.refused(operation: "load", message: reason)) {
          try await worker.request(.load(LoadOptions(model: folder.url.path, weights: placement)))
        }
      }
      await worker.close()
    #endif
  }

  @Test("Each request that the native worker's model works on ends one in slices; others leave it")
  func slices() async throws {
    let worker = try await WorkerProcess(Self.native)
    _ = try await worker.request(
      .load(LoadOptions(model: TestModels.uniform.path, threads: 1, contextLength: 64, sequences: 2)))
    let options = GenerateOptions(prompt: [504, 3575, 282, 4649, 314], maximumTokens: 4, sequences: 2)
    for request in [
      WorkerRequest.score(prompt: [1], continuation: [2]),
      .scoreBatch([ScoreItem(prompt: [1], continuations: [[2]])]), .generate(options),
    ] {
      _ = try await worker.request(.begin(options))
      _ = try await worker.request(request)
      await #expect(throws: WorkerFailure.self) { try await worker.request(.advance(tokens: 1)) }
    }
    _ = try await worker.request(.begin(options))
    _ = try await worker.request(.tokenize("Hi"))
    let prompt = try await worker.request(.advance(tokens: 48))
    #expect(try prompt.value("processed", \.integer) == 5)
    let decoded = try await worker.request(.advance(tokens: 48))
    #expect(try decoded.value("processed", \.integer) == 3)
    #expect(try decoded.value("finished", \.bool))
    #expect(try decoded.value("processor_ns", \.integer) > 0)
    await worker.close()
  }

  @Test("A request that cannot be fulfilled is an error and the worker lives on")
  func refusal() async throws {
    let worker = try await WorkerProcess(Self.native)
    await #expect(throws: WorkerFailure.self) { try await worker.request(.tokenize("too early")) }
    await #expect(throws: WorkerFailure.self) { try await worker.request(.load(LoadOptions(model: "/nowhere"))) }
    _ = try await worker.request(.load(LoadOptions(model: TestModels.uniform.path, threads: 1, contextLength: 64)))
    await worker.close()
  }

  @Test("A worker that is killed in the middle of a request is a failure with its signal")
  func killed() async throws {
    let worker = try await WorkerProcess(script(Self.hello + "read line; kill -9 $$"))
    await #expect(throws: WorkerFailure.died(status: .signalled(9), lastLines: [])) {
      try await worker.request(.provenance)
    }
  }

  @Test("The native worker stops in the middle of a request when its input ends")
  func orphan() async throws {
    let started = try StartedWorker(Self.native)
    let requests: [WorkerRequest] = [
      .load(LoadOptions(model: TestModels.uniform.path, threads: 1, contextLength: 8_000)),
      .generate(GenerateOptions(prompt: [1, 2, 3], maximumTokens: 7_000)),
    ]
    _ = try await started.output.nextLine(for: "greeting", within: Self.patience)
    for request in requests {
      try started.process.input.write(contentsOf: Data((JSONValue.object(request.json).serialized() + "\n").utf8))
      if request.operation == "load" { _ = try await started.output.nextLine(for: "load", within: Self.patience) }
    }
    try started.process.input.close()
    // It ends without an answer, and by itself.
    await #expect(throws: WorkerFailure.died(status: .exited(0), lastLines: [])) {
      try await started.output.nextLine(for: "generate", within: Self.patience)
    }
  }

  @Test("A program that is no worker is recognized")
  func notAWorker() async {
    await #expect(throws: WorkerFailure.notAWorker("\"hello there\" as its greeting")) {
      try await WorkerProcess(script("echo hello there"))
    }
    await #expect(throws: WorkerFailure.self) {
      try await WorkerProcess(WorkerCommand(executable: URL(fileURLWithPath: "/no/such/program"), arguments: []))
    }
  }

  @Test("What a worker sends wrongly is told as it is, in its greeting and later")
  func wording() async throws {
    let start = "the worker does not keep to version 1 of the protocol: it sent "
    #expect(WorkerFailure.notAWorker("hello there").description == start + "hello there")
    let worker = try await WorkerProcess(script(Self.hello + #"read line; echo '{"id": 1}'"#))
    let error = await #expect(throws: WorkerFailure.self) { try await worker.request(.provenance) }
    #expect(error?.description == start + "an answer without result or peak_memory_bytes")
    await worker.close()
  }

  @Test("A line that is no answer is quoted, shortened and without what a terminal obeys")
  func quoting() async throws {
    let line = #"printf '\033[2J%0300d\n' 7"#
    let worker = try await WorkerProcess(script(Self.hello + "read line; \(line)"))
    let sent = "\" [2J\(String(repeating: "0", count: 196))\" and 104 more bytes as its answer to provenance"
    await #expect(throws: WorkerFailure.notAWorker(sent)) { try await worker.request(.provenance) }
    await worker.close()
  }

  @Test("The native worker ends cleanly when nobody reads its answers, before its greeting and later")
  func closedOutput() throws {
    let command = Self.native
    let words = ([command.executable.path] + command.arguments).map { "'\($0)'" }.joined(separator: " ")
    for reader in ["exec 0<&-", "head -c 1 > /dev/null"] {
      // Requests until the worker is gone, so that it writes when the reader is.
      let requests = #"while printf '{"id": 1, "op": "provenance"}\n'; do sleep 0.1; done"#
      let script = "\(requests) 2> /dev/null | { \(words); echo $? >&2; } | { \(reader); }"
      let shell = try ChildProcess("/bin/sh", ["-c", script], input: .null, output: .null)
      let output = try ProgramOutput(finishing: shell, within: .seconds(600))
      #expect(output.errorText == "0")
    }
  }

  @Test("The exit status and the last lines of standard error explain a death")
  func lastLines() async throws {
    let worker = try await WorkerProcess(script(Self.hello + "read line; echo one >&2; echo two >&2; exit 3"))
    await #expect(throws: WorkerFailure.died(status: .exited(3), lastLines: ["one", "two"])) {
      try await worker.request(.provenance)
    }
  }

  @Test("A worker that hangs is ended at the limit")
  func hang() async throws {
    let worker = try await WorkerProcess(script(Self.hello + "exec sleep 86400"))
    await #expect(throws: WorkerFailure.timedOut(operation: "provenance", seconds: 0.3)) {
      try await worker.request(.provenance, within: 0.3)
    }
    await worker.close()
    #expect(kill(worker.processIdentifier, 0) != 0)
  }

  @Test("An answer to another request is not accepted")
  func wrongID() async throws {
    let worker = try await WorkerProcess(
      script(Self.hello + #"read line; echo '{"id": 99, "result": {}, "peak_memory_bytes": 1}'"#))
    await #expect(throws: WorkerFailure.self) { try await worker.request(.provenance) }
    await worker.close()
  }
}
