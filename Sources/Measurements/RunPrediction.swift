import JSON

/// What was predicted of a run before it was measured, recorded with it so that anyone can see how far off it was.
public struct RunPrediction: Sendable, Equatable {
  /// What serving the model takes, and the machine that it has to fit; all in bytes.
  public struct Memory: Sendable, Equatable {
    public var weights: Int
    public var cache: Int
    public var scratch: Int
    public var program: Int
    /// The machine's.
    public var machine: Int
    /// What of it stays free by default.
    public var reserve: Int

    public init(weights: Int, cache: Int, scratch: Int, program: Int, machine: Int, reserve: Int) {
      (self.weights, self.cache, self.scratch) = (weights, cache, scratch)
      (self.program, self.machine, self.reserve) = (program, machine, reserve)
    }

    /// Of the model.
    public var total: Int { weights + cache + scratch + program }
    /// What of the machine's memory is neither the model's nor reserved; below 0 if it does not fit.
    public var free: Int { machine - reserve - total }
  }

  /// How fast a throughput cell's sequences together decode, in tokens per second.
  public struct Decode: Sendable, Equatable {
    public var cell: CellID
    /// Bytes that one token of every sequence reads.
    public var bytesPerStep: Int
    /// What memory alone would allow.
    public var limit: Double
    /// Nil if only the limit is known.
    public var rate: Rate?

    public init(cell: CellID, bytesPerStep: Int, limit: Double, rate: Rate?) {
      (self.cell, self.bytesPerStep, self.limit, self.rate) = (cell, bytesPerStep, limit, rate)
    }
  }

  /// A predicted rate, the ends of its interval, and what it was predicted by.
  public struct Rate: Sendable, Equatable {
    public var value: Double
    public var lower: Double
    public var upper: Double
    public var basis: Basis

    public init(value: Double, lower: Double, upper: Double, basis: Basis) {
      (self.value, self.lower, self.upper, self.basis) = (value, lower, upper, basis)
    }
  }

  public enum Basis: String, Sendable, CaseIterable {
    /// Layers of the model's shape ran on random weights.
    case rehearsed
    /// Earlier runs of its family and lane on this host, by the share of the limit that they reached.
    case reached
  }

  public var memory: Memory
  /// Of the throughput cells, in the envelope's order; empty where the host's limits were not measured.
  public var decode: [Decode]

  public init(memory: Memory, decode: [Decode]) {
    self.memory = memory
    self.decode = decode
  }
}

extension RunPrediction {
  public var json: JSONValue {
    [
      "memory": [
        "weights_bytes": .integer(memory.weights), "cache_bytes": .integer(memory.cache),
        "scratch_bytes": .integer(memory.scratch), "program_bytes": .integer(memory.program),
        "machine_bytes": .integer(memory.machine), "reserve_bytes": .integer(memory.reserve),
      ],
      "decode": .array(
        decode.map { cell in
          var object = JSONObject([
            ("cell", .string(cell.cell.rawValue)), ("bytes_per_step", .integer(cell.bytesPerStep)),
            ("limit_tokens_per_s", .number(cell.limit)),
          ])
          if let rate = cell.rate {
            object["tokens_per_s"] = .number(rate.value)
            object["from"] = .number(rate.lower)
            object["to"] = .number(rate.upper)
            object["basis"] = .string(rate.basis.rawValue)
          }
          return .object(object)
        }),
    ]
  }

  /// Reads what ``json`` writes; nil for anything else.
  public init?(json: JSONValue) {
    guard let memory = json["memory"].flatMap(Memory.init(json:)), let cells = json["decode"]?.array else { return nil }
    let decode = cells.compactMap(Decode.init(json:))
    guard decode.count == cells.count else { return nil }
    self.init(memory: memory, decode: decode)
  }
}

extension RunPrediction.Memory {
  fileprivate init?(json: JSONValue) {
    func bytes(_ name: String) -> Int? {
      // A petabyte: sums of other people's figures must not overflow.
      json[name]?.integer.flatMap { (0...1 << 50).contains($0) ? $0 : nil }
    }
    guard let weights = bytes("weights_bytes"), let cache = bytes("cache_bytes"), let scratch = bytes("scratch_bytes"),
      let program = bytes("program_bytes"), let machine = bytes("machine_bytes"), let reserve = bytes("reserve_bytes")
    else { return nil }
    self.init(
      weights: weights, cache: cache, scratch: scratch, program: program, machine: machine, reserve: reserve)
  }
}

extension RunPrediction.Decode {
  fileprivate init?(json: JSONValue) {
    func rate(_ name: String) -> Double? { json[name]?.number.flatMap { $0 > 0 && $0 < 1e12 ? $0 : nil } }
    guard let cell = json["cell"]?.string, let bytes = json["bytes_per_step"]?.integer, (1...1 << 50).contains(bytes),
      let limit = rate("limit_tokens_per_s")
    else { return nil }
    var predicted: RunPrediction.Rate?
    if let value = rate("tokens_per_s"), let lower = rate("from"), let upper = rate("to"),
      let basis = json["basis"]?.string.flatMap(RunPrediction.Basis.init(rawValue:))
    {
      predicted = RunPrediction.Rate(value: value, lower: lower, upper: upper, basis: basis)
    }
    self.init(cell: CellID(rawValue: cell), bytesPerStep: bytes, limit: limit, rate: predicted)
  }
}

extension Run {
  /// Nil for runs of engines that nothing is predicted of, and from before predictions were recorded.
  public var prediction: RunPrediction? {
    get { description[Self.predictionMember].flatMap(RunPrediction.init(json:)) }
    set { description[Self.predictionMember] = newValue?.json }
  }

  private static let predictionMember = "prediction"
}
