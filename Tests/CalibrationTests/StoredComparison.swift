import Envelopes
import JSON
import Measurements

@testable import Calibration

/// A comparison of equals as a store gives it, with simulated noise.
struct StoredComparison {
  var envelope: Envelope
  var model = NoiseModel.loads
  var levels = NoiseLevels.assumed
  var rounds = 40
  /// Seconds from the start of one round to that of the next.
  var roundSeconds = 7.0
  /// Seconds that each model took for all of its answers.
  var answerSeconds = 0.0
  var seed: UInt64 = 1

  func evidence() -> Evidence {
    var random = RandomSource(seed: seed)
    var noise = SliceNoise(model, levels, &random)
    let cells = envelope.throughput.map { SlicedCell($0, envelope.plan.slice ?? SliceLength()) }
    var samples: [Side: [Sample]] = [:]
    for side in Side.allCases where answerSeconds > 0 {
      samples[side] = [
        Sample(
          place: .init(cell: "choice", block: 0, repetition: 0, item: "a"), startedAt: 0,
          elapsedNanoseconds: Int64(answerSeconds * 1e9), peakMemoryBytes: 0, loadAverage: 0,
          outcome: .unscored(.failed, message: "for its time alone"))
      ]
    }
    for round in 0..<rounds {
      noise.load(&random)
      for cell in cells {
        let readings = cell.measure(.init(), &noise, &random)
        samples[.resident, default: []].append(sample(readings.resident, cell.id, round))
        samples[.candidate, default: []].append(sample(readings.candidate, cell.id, round))
      }
    }
    return Evidence(
      session: session, state: .complete, envelope: envelope.source, resident: run("r", .resident),
      candidate: run("c", .candidate), residentSamples: samples[.resident] ?? [],
      candidateSamples: samples[.candidate] ?? [], voids: [])
  }

  private func sample(_ reading: ThroughputReading, _ cell: CellID, _ round: Int) -> Sample {
    Sample(
      place: .init(cell: cell, block: round, repetition: 0), startedAt: 1000 + Double(round) * roundSeconds,
      elapsedNanoseconds: 0, peakMemoryBytes: 0, loadAverage: 0, outcome: .throughput(reading))
  }

  private func run(_ model: ModelID, _ side: Side) -> Run {
    Run(
      model: model, side: side, provenance: .unverified,
      engine: EngineBuild(name: "n", version: "1", instructionSet: "i", threads: 1),
      load: LoadReading(loadSeconds: 0.5, readinessSeconds: 0.25), description: JSONObject())
  }

  private var session: MeasurementSession {
    MeasurementSession(
      uuid: "u", startedAt: 0, envelopeID: envelope.id, envelopeHash: envelope.hash, role: nil, resident: "r",
      candidate: "c", orderSeed: 0, environment: .isolated,
      host: Measurements.Host(
        fingerprint: "f", operatingSystem: "o", architecture: "a", chip: "c", physicalCores: 1, memoryBytes: 1),
      residentVersion: "1")
  }
}
