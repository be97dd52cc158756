import JSON
import Platform

extension WorkerRequirement {
  /// Where a worker stops.
  static let limits = [
    WorkerRequirement(
      name: "context", text: "A prompt that does not fit the context is refused, and the worker lives on."
    ) { worker in
      let conversation = try await worker.loaded()
      let prompt = try await prompt(conversation)
      let long = Array(repeatElement(prompt, count: 2 * CheckedWorker.contextLength).joined())
      try await conversation.refusal(request(long, length: 1))
      _ = try await conversation.result(request(prompt, length: 1))
    },
    WorkerRequirement(
      name: "time-limit", text: "max_seconds ends a generation after the token that is under way, with finish \"time\"."
    ) { worker in
      let conversation = try await worker.loaded()
      let prompt = try await prompt(conversation)
      let result = try await conversation.result(request(prompt, length: 200, [("max_seconds", 0.000_001)]))
      try demand(result["finish"] == "time", "finish is not \"time\"")
      try demand((1..<200).contains(result["token_ns"]?.array?.count ?? 0), "the generation went on")
    },
    WorkerRequirement(
      name: "line-limit", text: "A line of more than 64 MiB ends the worker rather than fill its memory."
    ) { worker in
      let conversation = try await worker.fresh()
      let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
      for _ in 0...WorkerProtocol.lineLimit >> 20 { await conversation.send(bytes: piece) }
      let status = await conversation.exit(within: worker.seconds)
      await worker.close()
      try demand(status != nil, "the worker still reads")
      try demand(status != .exited(0), "the worker ended as if all were well")
    },
  ]

  /// How a worker ends.
  static let ending = [
    WorkerRequirement(
      name: "end", text: "When its input ends, a worker ends with status 0."
    ) { worker in
      let conversation = try await worker.loaded()
      await conversation.endInput()
      let status = await conversation.exit(within: min(10, worker.seconds))
      await worker.close()
      try demand(status == .exited(0), status.map { "the worker \($0)" } ?? "the worker still runs after 10 s")
    },
    WorkerRequirement(
      name: "cancel", text: "When its input ends in the middle of a request, a worker ends within 10 seconds."
    ) { worker in
      let conversation = try await worker.loaded()
      let prompt = try await prompt(conversation)
      await conversation.send(WorkerConversation.line(request(prompt, length: 200), id: 1000))
      await conversation.endInput()
      let status = await conversation.exit(within: min(10, worker.seconds))
      await worker.close()
      try demand(status != nil, "the worker still computes after 10 s")
    },
  ]
}
