import Crypto
import Dataset
import Foundation
import JSON
import Measurements
import Store
import TestSupport

/// A store with sessions to export, and folders to export to.
struct Fixture {
  let folder: TemporaryFolder
  let store: MeasurementStore

  init() throws {
    folder = try TemporaryFolder()
    store = try MeasurementStore(at: folder("measurements.sqlite"), mode: .readWrite) { 1_763_953_560.25 }
  }

  static let identity = LocalIdentity(
    homeFolder: "/home/alice", userNames: ["alice", "Alice Liddell"], hostNames: ["wonder.example.org", "wonder"])

  static var duckdb: DuckDB { DuckDB(executable: TestTools.duckdb) }

  func exporter(
    to name: String = "results", revision: String = "0123456789abcdef0123", format: ShardFormat = .jsonl,
    identity: LocalIdentity = identity, batchSize: Int = 100_000
  ) -> DatasetExporter {
    DatasetExporter(
      store: store, folder: folder(name), gitRevision: revision, trigger: "manual", format: format,
      engine: Self.duckdb, identity: identity, batchSize: batchSize)
  }

  func dataset(_ name: String = "results") throws -> PublishedDataset {
    try PublishedDataset(folder: folder(name), engine: Self.duckdb)
  }

  /// The evidence of a folder's comparisons.
  func evidence(_ name: String = "results") throws -> [Evidence] {
    let dataset = try dataset(name)
    var loader = try EvidenceLoader(dataset)
    return try dataset.sessions().compactMap { try loader.evidence(of: $0) }
  }

  static let voidReason =
    "the resident's repetitions differ by 30.00 % in cumulative throughput (3.100 and 4.200 tokens/s), the limit is 5.00 %"

  static let envelope: JSONValue = [
    "id": "smoke", "schema": 1, "version": 1, "description": "For tests.",
    "sampling": ["temperature": 0.0, "top_p": 1, "seed": 42],
    "throughput": [
      ["id": "short", "text": "The quick brown fox. ", "prompt_tokens": 512, "decode_tokens": 3]
    ],
    "accuracy": [
      [
        "id": "facts", "kind": "multiple_choice",
        "items": [
          ["id": "sky", "prompt": "The sky is", "options": ["green", "red", "blue"], "answer": 2],
          ["id": "sea", "prompt": "The sea is", "options": ["dry", "wet"], "answer": 1],
        ],
      ]
    ],
    "plan": ["blocks": 8, "warm_ups": 0, "order_seed": 1, "divergence_limit": 0.15, "void_limit": 0.34],
    "promotion": [
      "confidence": 0.95,
      "objectives": [["metric": "cumulative_tokens_per_second", "cell": "short", "min_effect": 0.02]],
      "guardrails": [["metric": "peak_memory_bytes", "margin": 0.1]],
      "maturity": ["comparisons": 1, "days_between": 0, "allow_provisional": true],
    ],
  ]

  /// Opens, fills and completes a comparison.
  @discardableResult
  func comparison(
    uuid: String = "6d1a1a0e-0000-4000-8000-000000000001", envelope: JSONValue = envelope,
    resident: MeasuredSide = .resident, candidate: MeasuredSide = .candidate,
    context: HostContext = HostContext(),
    change: (inout MeasurementSession) -> Void = { _ in }
  ) throws -> SessionNumber {
    var session = Self.session(uuid: uuid, envelope: envelope)
    change(&session)
    let number = try store.open(session, envelope: envelope)
    for side in [resident, candidate] {
      var run = side.run
      run.model = side.run.side == .resident ? session.resident ?? "" : session.candidate
      let row = try store.append(run, to: number)
      for sample in side.samples { try store.append(sample, to: row) }
    }
    try store.void(.init(cell: "short", block: 1, reason: Fixture.voidReason), in: number)
    for incident in context.incidents { try store.record(incident, session: number) }
    for block in context.blocks {
      try store.record(block.observation, cell: block.cell, block: block.block, session: number)
    }
    try store.finish(number, state: .complete)
    return number
  }

  /// An incident and two readings, with and without the values that a system may not report.
  static let context = HostContext(
    incidents: [
      Incident(
        kind: .clockJumped, occurredAt: 1_763_866_300.5,
        detail: "the wall clock moved by +30 s by the end of block 1 of short")
    ],
    blocks: [
      .init(
        cell: "short", block: 0,
        observation: BlockObservation(
          reading: HostReading(
            loadAverage: 0.25, stealShare: 0.125, freeMemoryBytes: 8 << 30, swapBytes: 0, temperature: 61.5,
            isOnMains: true, calibrationRate: 1e9),
          traces: [
            MemoryTrace(subject: .resident, startedAt: 1_763_866_301.25, values: [1, 1 << 40, 0]),
            MemoryTrace(subject: .pressure, startedAt: 1_763_866_301.25, values: []),
          ])),
      .init(
        cell: "short", block: 1,
        observation: BlockObservation(
          reading: HostReading(loadAverage: 2, freeMemoryBytes: 1, swapBytes: 5),
          traces: [MemoryTrace(subject: .hostFree, startedAt: 1_763_866_302, values: [7])])),
    ])

  static func session(uuid: String, envelope: JSONValue = envelope) -> MeasurementSession {
    let hash = SHA256.hash(data: Array(envelope.serialized(.canonical).utf8)).map { String(format: "%02x", $0) }
    return MeasurementSession(
      uuid: uuid, startedAt: 1_763_866_260.75, envelopeID: "smoke", envelopeHash: .init(rawValue: hash.joined()),
      role: "default", resident: "org/Old-4bit", candidate: "org/New-4bit", orderSeed: .max, environment: .isolated,
      host: Measurements.Host(
        fingerprint: "f00d", operatingSystem: "Debian GNU/Linux 12 (bookworm)", architecture: "x86_64",
        chip: "Some CPU @ 2.00GHz", physicalCores: 2, memoryBytes: 24 << 30),
      residentVersion: "0.1.0")
  }

  /// Names and bytes of all files below a folder.
  func files(of name: String = "results") throws -> [String: Data] {
    let root = folder(name)
    let paths = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
    return try paths.reduce(into: [:]) { files, path in
      var isFolder: ObjCBool = false
      let url = root.appendingPathComponent(path)
      guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), !isFolder.boolValue else {
        return
      }
      files[path] = try Data(contentsOf: url)
    }
  }

  /// The files that are the same whether what they tell of was measured or imported.
  func filesWithoutOrigins(of name: String) throws -> [String: Data] {
    try files(of: name).filter { path, _ in
      !path.hasPrefix("sessions/") && !path.hasPrefix("index/") && path != "README.md"
    }
  }

  /// The rows of a table in JSON Lines.
  func rows(_ table: DatasetTable, in name: String = "results") throws -> [JSONValue] {
    try files(of: name).filter { $0.key.hasPrefix("\(table.rawValue)/") }.sorted { $0.key < $1.key }.flatMap { file in
      try file.value.split(separator: UInt8(ascii: "\n")).map { try JSONValue(parsing: $0) }
    }
  }
}
