import JSON
import Platform

extension Requirement {
  /// Where a worker stops.
  static let limits = [
    Requirement(
      name: "context", text: "A prompt that does not fit the context is refused, and the worker lives on."
    ) { subject in
      let exchange = try await subject.loaded()
      let prompt = try await prompt(exchange)
      let long = Array(repeatElement(prompt, count: 2 * Subject.contextLength).joined())
      try await exchange.refusal(request(long, length: 1))
      _ = try await exchange.result(request(prompt, length: 1))
    },
    Requirement(
      name: "time-limit", text: "max_seconds ends a generation after the token that is under way, with finish time."
    ) { subject in
      let exchange = try await subject.loaded()
      let prompt = try await prompt(exchange)
      let result = try await exchange.result(request(prompt, length: 200, [("max_seconds", 0.000_001)]))
      try demand(result["finish"] == "time", "finish is not \"time\"")
      try demand((1..<200).contains(result["token_ns"]?.array?.count ?? 0), "the generation went on")
    },
    Requirement(
      name: "line-limit", text: "A line of more than 64 MiB ends the worker rather than fill its memory."
    ) { subject in
      let exchange = try await subject.fresh()
      let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
      for _ in 0...WorkerProtocol.lineLimit >> 20 { await exchange.send(bytes: piece) }
      let status = await exchange.exit(within: subject.seconds)
      await subject.close()
      try demand(status != nil, "the worker still reads")
      try demand(status != .exited(0), "the worker ended as if all were well")
    },
  ]

  /// How a worker ends.
  static let ending = [
    Requirement(
      name: "end", text: "When its input ends, a worker ends with status 0."
    ) { subject in
      let exchange = try await subject.loaded()
      await exchange.endInput()
      let status = await exchange.exit(within: min(10, subject.seconds))
      await subject.close()
      try demand(status == .exited(0), status.map { "the worker \($0)" } ?? "the worker still runs after 10 s")
    },
    Requirement(
      name: "cancel", text: "When its input ends in the middle of a request, a worker ends within 10 seconds."
    ) { subject in
      let exchange = try await subject.loaded()
      let prompt = try await prompt(exchange)
      await exchange.send(Exchange.line(request(prompt, length: 200), id: 1000))
      await exchange.endInput()
      let status = await exchange.exit(within: min(10, subject.seconds))
      await subject.close()
      try demand(status != nil, "the worker still computes after 10 s")
    },
  ]
}
