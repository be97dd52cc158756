import Envelopes
import Foundation
import JSON
import Measurements
import Testing
import Verdicts

@testable import Calibration

@Suite("Noise fitted to samples")
struct FittingTests {
  @Test("The scatter, drift and bursts of stored samples are found again", arguments: [0.01, 0.03])
  func repetitions(scatter: Double) throws {
    var levels = NoiseLevels.assumed
    levels.repetition = scatter
    let white = try #require(NoiseLevels(fitting: (0..<6).map { Self.blocks(.white, levels, seed: $0) }))
    #expect(abs(white.repetition / scatter - 1) < 0.15)
    #expect(white.drift < scatter)
    levels.drift = 0.08
    levels.driftCorrelation = 0.99
    let drift = try #require(NoiseLevels(fitting: (0..<6).map { Self.blocks(.drift, levels, seed: $0) }))
    #expect((0.02...0.16).contains(drift.drift))
    levels.burstSlowdown = 0.5
    let bursts = try #require(NoiseLevels(fitting: (0..<6).map { Self.blocks(.bursts, levels, seed: $0) }))
    #expect(abs(bursts.repetition / scatter - 1) < 0.3)
    #expect((0.002...0.05).contains(bursts.burstRate))
    #expect(bursts.burstSlowdown > 0.2)
  }

  @Test("The scatter of slices and of loads is found again", arguments: [0.01, 0.04])
  func slices(scatter: Double) throws {
    var levels = NoiseLevels.assumed
    levels.slice = scatter
    let white = try #require(NoiseLevels(fittingSlices: (0..<4).map { Self.rounds(.white, levels, seed: $0) }))
    #expect(abs(white.slice / scatter - 1) < 0.1)
    #expect(white.load < 0.01)
    #expect(white.stallShare == 0.01)
    let loads = try #require(NoiseLevels(fittingSlices: (0..<4).map { Self.rounds(.loads, levels, seed: $0) }))
    #expect(abs(loads.slice / scatter - 1) < 0.1)
    #expect(abs(loads.load / levels.load - 1) < 0.35)
  }

  @Test("The drift of the host and the stalls of slices are found again, whatever the candidate gains")
  func disturbances() throws {
    var levels = NoiseLevels.assumed
    levels.drift = 0.08
    levels.driftCorrelation = 0.98
    let drift = try #require(
      NoiseLevels(fittingSlices: (0..<4).map { Self.rounds(.drift, levels, gain: 0.2, seed: $0) }))
    #expect((0.05...0.12).contains(drift.drift))
    #expect(drift.driftCorrelation > 0.9)
    #expect(drift.load < 0.015)
    let stalls = try #require(
      NoiseLevels(fittingSlices: (0..<4).map { Self.rounds(.stalls, levels, gain: 0.2, seed: $0) }))
    #expect((0.07...0.13).contains(stalls.stallShare))
    #expect(abs(stalls.slice / levels.slice - 1) < 0.5)
  }

  @Test("Too few samples fit nothing, and requests in slices are no repetitions")
  func tooFew() {
    #expect(NoiseLevels(fitting: []) == nil)
    #expect(NoiseLevels(fitting: [Self.blocks(.white, .assumed, seed: 1, blocks: 5)]) == nil)
    #expect(NoiseLevels(fittingSlices: []) == nil)
    #expect(NoiseLevels(fittingSlices: [Self.rounds(.white, .assumed, seed: 1, rounds: 31)]) == nil)
    #expect(NoiseLevels(fittingSlices: [Self.blocks(.white, .assumed, seed: 1)]) == nil)
    #expect(NoiseLevels(fitting: [Self.rounds(.white, .assumed, seed: 1, rounds: 80)]) == nil)
  }

  @Test("A calibration says to how many samples its noise is fitted")
  func fitted() throws {
    let evidence = [Self.rounds(.white, .assumed, seed: 1, rounds: 40), Self.blocks(.white, .assumed, seed: 1)]
    #expect(Calibrator(try CalibratedEnvelope.byRounds(), fitting: evidence, seed: 1).fittedSamples == 80)
    #expect(Calibrator(try CalibratedEnvelope.byBlocks(), fitting: evidence, seed: 1).fittedSamples == 240)
  }

  private static func blocks(
    _ model: NoiseModel, _ levels: NoiseLevels, seed: UInt64, blocks: Int = 60
  ) -> Evidence {
    var random = RandomSource(seed: seed)
    var noise = HostNoise(model, levels, scatter: levels.repetition, &random)
    var samples: [Side: [Sample]] = [:]
    for block in 0..<blocks {
      for (repetition, side) in [(0, Side.resident), (0, .candidate), (1, .candidate), (1, .resident)] {
        let seconds = exp(noise.next(&random))
        let reading = ThroughputReading(promptTokens: 1, cachedTokens: 0, tokenNanoseconds: [Int64(seconds * 1e9)])
        samples[side, default: []].append(sample(reading, block: block, repetition: repetition))
      }
    }
    return evidence(samples)
  }

  private static func rounds(
    _ model: NoiseModel, _ levels: NoiseLevels, gain: Double = 0, seed: UInt64, rounds: Int = 32
  ) -> Evidence {
    var random = RandomSource(seed: seed)
    var noise = SliceNoise(model, levels, &random)
    let cell = SlicedCell(
      ThroughputCell(id: "c", text: "Hello.", promptTokens: 256, decodeTokens: 128), SliceLength())
    var samples: [Side: [Sample]] = [:]
    for round in 0..<rounds {
      noise.load(&random)
      let readings = cell.measure(.init(logTime: -log1p(gain)), &noise, &random)
      samples[.resident, default: []].append(sample(readings.resident, block: round, repetition: 0))
      samples[.candidate, default: []].append(sample(readings.candidate, block: round, repetition: 0))
    }
    return evidence(samples)
  }

  private static func sample(_ reading: ThroughputReading, block: Int, repetition: Int) -> Sample {
    Sample(
      place: .init(cell: "c", block: block, repetition: repetition), startedAt: 0, elapsedNanoseconds: 0,
      peakMemoryBytes: 0, loadAverage: 0, outcome: .throughput(reading))
  }

  private static func evidence(_ samples: [Side: [Sample]]) -> Evidence {
    let run = Run(
      model: "m", side: nil, provenance: .unverified,
      engine: EngineBuild(name: "n", version: "1", instructionSet: "i", threads: 1),
      load: LoadReading(loadSeconds: 0, readinessSeconds: 0), description: JSONObject())
    let session = MeasurementSession(
      uuid: "u", startedAt: 0, envelopeID: "e", envelopeHash: "h", role: nil, resident: "m", candidate: "m",
      orderSeed: 0, environment: .isolated,
      host: Measurements.Host(
        fingerprint: "f", operatingSystem: "o", architecture: "a", chip: "c", physicalCores: 1, memoryBytes: 1),
      residentVersion: "1")
    return Evidence(
      session: session, state: .complete, envelope: .null, resident: run, candidate: run,
      residentSamples: samples[.resident] ?? [], candidateSamples: samples[.candidate] ?? [], voids: [])
  }
}
