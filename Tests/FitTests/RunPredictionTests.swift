import Foundation
import JSON
import Measurements
import TestSupport
import Testing

@testable import Fit

@Suite("Predictions that are recorded with runs")
struct RunPredictionTests {
  private static let host = HostSpeed(
    name: "a machine", memory: 32 << 30, readBandwidth: 100e9, operationRate: 1e12, source: "a test")
  private static let cells = [
    RunPrediction.Cell(id: "short", promptTokens: 32, decodeTokens: 32, sequences: 1),
    RunPrediction.Cell(id: "together", promptTokens: 32, decodeTokens: 32, sequences: 4),
  ]
  private static let config: JSONValue = [
    "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 256, "num_hidden_layers": 2,
    "rms_norm_eps": 1e-5, "num_attention_heads": 4, "num_key_value_heads": 2, "intermediate_size": 512,
    "vocab_size": 1000, "max_position_embeddings": 512, "torch_dtype": "bfloat16", "tie_word_embeddings": true,
  ]

  private func prediction(from basis: PredictionBasis) throws -> RunPrediction {
    let folder = try TemporaryFolder()
    try folder.write(Self.config.serialized(), to: "config.json")
    return try #require(
      RunPrediction(of: folder.url, contextLength: 2048, sequences: 4, cells: Self.cells, from: basis))
  }

  @Test("Memory is predicted of every run, and rates only where the machine's limits are known")
  func memory() throws {
    let blind = try prediction(from: PredictionBasis())
    #expect(blind.decode.isEmpty && blind.memory.weights > 0 && blind.memory.cache > 0)
    let seeing = try prediction(from: PredictionBasis(host: Self.host))
    #expect(seeing.memory == blind.memory)
    #expect(seeing.decode.map(\.cell) == ["short", "together"])
    // Nothing is known of the machine but its limit.
    #expect(seeing.decode.allSatisfy { $0.rate == nil })
  }

  @Test("Four sequences read the weights once, so that their limit together is almost four times as high")
  func sequences() throws {
    let decode = try prediction(from: PredictionBasis(host: Self.host)).decode
    let (one, four) = (decode[0], decode[1])
    #expect(four.bytesPerStep > one.bytesPerStep && four.bytesPerStep < 2 * one.bytesPerStep)
    #expect(four.limit > 2 * one.limit && four.limit < 4 * one.limit)
  }

  @Test("A rehearsal goes before earlier runs, and holds for as many sequences as were rehearsed")
  func bases() throws {
    let reached = ReachedShares([try reading(share: 0.5)])
    let rehearsed = RehearsedRates(
      sequences: 1, points: [.init(context: 0, rate: 100, lower: 90, upper: 110)])
    let decode = try prediction(
      from: PredictionBasis(host: Self.host, rehearsed: rehearsed, reached: reached)
    ).decode
    #expect(decode.map { $0.rate?.basis } == [.rehearsed, .reached])
    #expect(decode[0].rate?.value == 100)
    let four = try #require(decode[1].rate)
    #expect(abs(four.value / decode[1].limit - 0.5) < 1e-9)
    #expect(abs(four.lower / decode[1].limit - 0.45) < 1e-9)
  }

  @Test("The time per token is linear in the context, and never nothing")
  func contexts() throws {
    let rates = RehearsedRates(
      sequences: 1,
      points: [
        .init(context: 1000, rate: 50, lower: 45, upper: 55), .init(context: 0, rate: 100, lower: 90, upper: 110),
      ])
    #expect(rates.rate(at: 500, sequences: 1).map { abs($0.tokensPerSecond - 1 / 0.015) < 1e-9 } == true)
    #expect(rates.rate(at: 0, sequences: 2) == nil)
    let growing = RehearsedRates(
      sequences: 1,
      points: [
        .init(context: 0, rate: 100, lower: 100, upper: 100), .init(context: 10, rate: 110, lower: 110, upper: 110),
      ])
    #expect(growing.rate(at: 1_000_000, sequences: 1)?.tokensPerSecond == 1000)
    #expect(RehearsedRates(json: rates.json) == rates)
    #expect(RehearsedRates(json: ["sequences": 1, "points": [["context": 0, "tokens_per_s": 0]]]) == nil)
  }

  @Test("What was reached of the limit is kept by family and format, the median with its range")
  func shares() throws {
    let readings = [try reading(share: 0.5), try reading(share: 0.7), try reading(share: 0.6)]
    let shares = ReachedShares(readings)
    let group = try #require(shares.group(family: "LlamaForCausalLM", format: "BF16"))
    #expect(group.runs == 3 && abs(group.median - 0.6) < 1e-6)
    #expect(abs(group.range.lowerBound - 0.5) < 1e-6 && abs(group.range.upperBound - 0.7) < 1e-6)
    #expect(shares.group(family: "LlamaForCausalLM", format: "affine 4-bit g64") == nil)
    #expect(try FitModel(parsing: Self.config).reached(shares) == group)
  }

  @Test("A prediction survives its record, and other people's records cannot break anything")
  func json() throws {
    let rehearsed = RehearsedRates(sequences: 1, points: [.init(context: 0, rate: 100, lower: 90, upper: 110)])
    let prediction = try prediction(from: PredictionBasis(host: Self.host, rehearsed: rehearsed))
    #expect(RunPrediction(json: prediction.json) == prediction)
    for hostile in [JSONValue.null, ["memory": []], ["decode": []], ["memory": ["weights_bytes": -1], "decode": []]] {
      #expect(RunPrediction(json: hostile) == nil)
    }
    var object = try #require(prediction.json.object)
    object["memory"] = [
      "weights_bytes": .integer(.max), "cache_bytes": .integer(.max), "scratch_bytes": 0, "program_bytes": 0,
      "machine_bytes": 1, "reserve_bytes": 1,
    ]
    #expect(RunPrediction(json: .object(object)) == nil)
  }

  @Test("A reading sets the median of a cell's requests beside what was predicted of it")
  func reading() throws {
    let reading = try reading(share: 0.5)
    #expect(reading.decode.count == 1 && abs(reading.decode[0].measured - 50) < 1e-6)
    #expect(reading.decode[0].error.map { abs($0 - 0.2) < 1e-6 } == true)
    #expect(reading.decode[0].isWithin == true)
    #expect(reading.memoryError.map { abs($0 - 0.1) < 1e-9 } == true)
  }

  /// Of a run that reached that share of a limit of 100 tokens per second, and that was predicted to reach 60.
  private func reading(share: Double) throws -> PredictionReading {
    var run = Run(
      model: "m", side: nil, provenance: .unverified,
      engine: EngineBuild(name: "native", version: "1", instructionSet: "scalar", threads: 1),
      load: LoadReading(loadSeconds: 1, readinessSeconds: 1),
      description: JSONObject([
        ("architecture", "LlamaForCausalLM"), ("storage", [["format": "BF16"]]),
      ]))
    run.prediction = RunPrediction(
      memory: .init(weights: 100, cache: 5, scratch: 3, program: 2, machine: 1000, reserve: 100),
      decode: [
        .init(
          cell: "short", bytesPerStep: 10, limit: 100,
          rate: .init(value: 60, lower: 40, upper: 80, basis: .rehearsed))
      ])
    let step = Int64(1e9 / (100 * share))
    let sample = Sample(
      place: .init(cell: "short", block: 0, repetition: 0), startedAt: 0, elapsedNanoseconds: 5 * step,
      peakMemoryBytes: 100, loadAverage: 0,
      outcome: .throughput(
        ThroughputReading(promptTokens: 4, cachedTokens: 0, tokenNanoseconds: (1...5).map { step * $0 })))
    return try #require(PredictionReading(run, [sample]))
  }
}
