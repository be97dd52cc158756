import Measurements
import Store
import TestSupport
import Testing

@Suite("Predictions beside what runs measured")
struct PredictionTests {
  private let folder: TemporaryFolder
  private let store: MeasurementStore

  init() throws {
    folder = try TemporaryFolder()
    store = try .fresh(in: folder)
  }

  @discardableResult
  private func measure(
    _ model: ModelID, predicted weights: Int?, finishes: Bool = true, host: Host = Fixture.host,
    in environment: EnvironmentClass = .isolated
  ) throws -> SessionNumber {
    var opened = Fixture.session(resident: nil, candidate: model, host: host)
    opened.environment = environment
    let session = try store.open(opened, envelope: Fixture.envelope)
    var run = Fixture.run(nil, model: model)
    run.prediction = weights.map {
      RunPrediction(
        memory: .init(weights: $0, cache: 0, scratch: 0, program: 0, machine: 1 << 34, reserve: 0),
        decode: [.init(cell: "short", bytesPerStep: 10, limit: 100, rate: nil)])
    }
    let number = try store.append(run, to: session)
    try store.append(Fixture.sample(), to: number)
    if finishes { try store.finish(session, state: .complete) }
    return session
  }

  @Test("The newest run of each model on each host is read, with what it measured")
  func newest() throws {
    try measure("org/a", predicted: 1)
    try measure("org/b", predicted: 2)
    let newest = try measure("org/a", predicted: 3)
    var other = Fixture.host
    other.fingerprint = "beef"
    try measure("org/a", predicted: 4, host: other)
    let all = try store.predictions()
    #expect(all.map(\.reading.memory.weights) == [4, 3, 2])
    #expect(all.map(\.host.fingerprint) == ["beef", "f00d", "f00d"])
    #expect(all[1].session == newest && all[1].reading.peakMemoryBytes == 300_000_000)
    #expect(all[1].reading.decode.map(\.predicted.cell) == ["short"])
    #expect(try store.predictions(onHost: "f00d").map(\.reading.memory.weights) == [3, 2])
  }

  @Test("A newer run under load does not stand for what the machine reaches by itself")
  func underLoad() throws {
    try measure("org/a", predicted: 1)
    try measure("org/a", predicted: 2, in: .underLoad)
    #expect(try store.predictions().map(\.reading.memory.weights) == [1])
  }

  @Test("Runs without a prediction and sessions that did not end are none")
  func others() throws {
    try measure("org/a", predicted: nil)
    try measure("org/b", predicted: 2, finishes: false)
    #expect(try store.predictions().isEmpty)
  }
}
