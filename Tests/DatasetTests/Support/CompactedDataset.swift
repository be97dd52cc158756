import Crypto
import Dataset
import Foundation
import JSON
import Testing

extension Fixture {
  func compactor(
    of name: String = "results", signedBy key: URL? = nil, batchSize: Int = 100_000, patience: Double = 60
  ) throws -> DatasetCompactor {
    DatasetCompactor(
      folder: folder(name), engine: Self.duckdb,
      signer: try key.map { BatchSigner(try SSHKeygen.find(), key: $0) }, batchSize: batchSize, patience: patience)
  }

  /// A dataset of comparisons with one batch each.
  func smallBatches(
    of uuids: [String], in name: String = "results", format: ShardFormat = .jsonl
  ) throws {
    for uuid in uuids {
      let number = try comparison(uuid: uuid, context: Self.context)
      try store.record(verdict: ["outcome": "hold", "confidence": 0.1], outcome: "hold", for: number)
      _ = try exporter(to: name, format: format).export()
    }
    let number = try #require(try store.exportableSessions().first).number
    try store.setAside(number, why: "too noisy", requestedBy: "alice")
    _ = try exporter(to: name, format: format).export()
  }

  /// The index entries of a dataset by their paths.
  func entries(of name: String = "results") throws -> [String: JSONObject] {
    try files(of: name).filter { $0.key.hasPrefix("index/") && $0.key.hasSuffix(".json") }
      .mapValues { try #require(try JSONValue(parsing: $0).object) }
  }

  /// The path of the one entry that nothing replaces, and its members.
  func liveEntry(of name: String = "results") throws -> (path: String, entry: JSONObject) {
    let entries = try entries(of: name)
    let replaced = Set(entries.values.flatMap { ($0["replaces"]?.array ?? []).compactMap(\.string) })
    let live = entries.filter { !replaced.contains($0.key) }
    try #require(live.count == 1)
    let (path, entry) = try #require(live.first)
    return (path, entry)
  }

  /// Puts an entry with changed members in place of another, under the name that its content asks for.
  @discardableResult
  func rewrite(
    _ path: String, in name: String = "results", keeping: Bool = false, _ change: (inout JSONObject) throws -> Void
  ) throws -> String {
    let url = folder("\(name)/\(path)")
    var entry = try #require(try JSONValue(parsing: Data(contentsOf: url)).object)
    try change(&entry)
    let bytes = Data((JSONValue.object(entry).serialized() + "\n").utf8)
    let hash = SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined().prefix(32)
    let new = "\(path.dropLast(".json".count + 32))\(hash).json"
    if !keeping { try FileManager.default.removeItem(at: url) }
    try bytes.write(to: folder("\(name)/\(new)"))
    return new
  }

  /// Replaces a shard of an entry by one of other rows, and the entry by one that names it.
  func forge(_ path: String, _ table: DatasetTable, _ change: (inout [JSONValue]) throws -> Void) throws {
    let entry = try #require(try entries()[path])
    let shards = try #require(entry["shards"]?.array)
    let old = try #require(shards.compactMap { $0["name"]?.string }.first { $0.hasPrefix("\(table.rawValue)/") })
    var rows = try Data(contentsOf: folder("results/\(old)")).split(separator: UInt8(ascii: "\n"))
      .map { try JSONValue(parsing: $0) }
    try change(&rows)
    let bytes = Data(rows.map { $0.serialized() + "\n" }.joined().utf8)
    let hash = SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined().prefix(32)
    let new = "\(old.dropLast(".jsonl".count + 32))\(hash).jsonl"
    try bytes.write(to: folder("results/\(new)"))
    try rewrite(path) { entry in
      entry["shards"] = .array(
        shards.map { shard in
          guard shard["name"]?.string == old, var object = shard.object else { return shard }
          object["name"] = .string(new)
          object["rows"] = .integer(rows.count)
          return .object(object)
        })
    }
  }
}
