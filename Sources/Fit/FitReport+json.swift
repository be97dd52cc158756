import Checkpoint
import JSON

/// Output for programs.
extension FitReport {
  /// Bytes, seconds and tokens per second; null where nothing says.
  public var json: JSONValue {
    [
      "model": .string(model.name), "from": .string("\(model.source)"), "family": .string(model.config.modelType),
      "parameters": .integer(model.parameterCount), "active_parameters": .integer(model.activeParameterCount),
      "experts": model.experts.map { ["total": .integer($0.total), "active": .integer($0.active)] } ?? .null,
      "weights": .array(model.storages.map(\.json)),
      "weight_bytes": .integer(model.byteCount), "bytes_per_token": .integer(model.bytesPerToken),
      "cache": cacheJSON, "context_limit": .integer(model.contextLimit),
      "memory_bytes": .integer(budget.memory), "reserve_bytes": .integer(budget.reserve),
      "available_bytes": .integer(budget.available),
      "limits": [
        "context": .integer(limits.contextLength), "sequences": .integer(limits.sequences),
        "prompt_tokens": .integer(limits.promptTokens), "decode_tokens_per_s": .number(limits.decodeRate),
        "first_token_seconds": .number(limits.firstTokenSeconds),
      ],
      "footprint": footprint.json,
      "table": .array(
        cells.map { cell in
          [
            "context": .integer(cell.contextLength), "sequences": .integer(cell.sequences),
            "footprint": cell.footprint.json, "left_bytes": .integer(budget.available - cell.footprint.total),
          ]
        }),
      "largest_contexts": .array(
        largest.map {
          ["sequences": .integer($0.sequences), "context": $0.contextLength.map { .integer($0) } ?? .null]
        }),
      "host": host.json, "reached": reached?.json ?? .null,
      "speeds": .array(speeds.map { $0.json(promptTokens: limits.promptTokens) }), "tier": tier.json,
    ]
  }

  private var cacheJSON: JSONValue {
    let width = engine.cacheElementBytes
    return [
      "bytes_per_number": .integer(width), "bytes_per_token": .integer(model.memory.bytesPerToken(elementBytes: width)),
      "window_bytes": .integer(model.memory.windowBytes(elementBytes: width)),
      "state_bytes": .integer(model.memory.stateBytes),
      "layers": .object(
        JSONObject(LayerMemory.Kind.allCases.map { ($0.rawValue, .integer(model.memory.layerCount(of: $0))) })),
    ]
  }
}

extension Footprint {
  var json: JSONValue {
    [
      "weights": .integer(weights), "cache": .integer(cache), "scratch": .integer(scratch),
      "program": .integer(program), "total": .integer(total),
    ]
  }
}

extension HostSpeed {
  public var json: JSONValue {
    [
      "name": .string(name), "memory_bytes": .integer(memory), "read_bytes_per_s": .number(readBandwidth),
      "operations_per_s": operationRate.map { .number($0) } ?? .null, "source": .string(source),
    ]
  }
}

extension SpeedPrediction {
  func json(promptTokens: Int) -> JSONValue {
    let first = firstToken(promptTokens: promptTokens)
    return [
      "context": .integer(contextLength), "sequences": .integer(sequences), "decode_bytes": .integer(decodeBytes),
      "decode_limit_tokens_per_s": .number(decodeLimit),
      "prefill_limit_tokens_per_s": prefillLimit.map { .number($0) } ?? .null,
      "decode": decode?.json ?? .null, "prefill": prefill?.json ?? .null,
      "first_token_seconds": first.map {
        ["value": .number($0.seconds), "from": .number($0.interval.lowerBound), "to": .number($0.interval.upperBound)]
      } ?? .null,
    ]
  }
}

extension ReachedShares.Group {
  fileprivate var json: JSONValue {
    [
      "family": .string(family), "format": .string(format), "runs": .integer(runs), "share_of_limit": .number(median),
      "from": .number(range.lowerBound), "to": .number(range.upperBound),
    ]
  }
}

extension PredictedRate {
  fileprivate var json: JSONValue {
    [
      "tokens_per_s": .number(tokensPerSecond), "from": .number(interval.lowerBound),
      "to": .number(interval.upperBound),
      "basis": .string(basis.name),
    ]
  }
}

extension PredictedRate.Basis {
  var name: String {
    switch self {
    case .rehearsed: "rehearsed"
    case .reached: "reached"
    case .assumed: "assumed"
    }
  }
}

extension Tier {
  fileprivate var json: JSONValue {
    var object = JSONObject([
      ("name", .string(name)),
      (
        "because",
        .array(
          reasons.map {
            [
              "what": .string($0.what), "value": .number($0.value),
              "relation": $0.isUpperLimit ? "at_most" : "at_least",
              "limit": .number($0.limit), "unit": .string($0.unit.rawValue), "holds": .bool($0.holds),
            ]
          })
      ),
    ])
    if case .aspirational(_, let cluster?) = self {
      object["cluster"] = [
        "machines_for_weights": .integer(cluster.machinesForWeights), "machines": .integer(cluster.machines),
        "pipeline_bytes_per_token": .integer(cluster.pipelineBytesPerToken),
        "tensor_bytes_per_token": .integer(cluster.tensorBytesPerToken),
      ]
    }
    return .object(object)
  }
}
