import Crypto
import Dataset
import Foundation
import JSON
import Measurements
import Testing

/// A copy of a dataset in JSON Lines of which one value is another, with names and index that fit the forgery.
struct ForgedDataset {
  let folder: URL

  init(_ original: URL, _ table: DatasetTable, line: Int, column: String, value: JSONValue?) throws {
    folder = original.deletingLastPathComponent().appendingPathComponent("forged-\(UUID().uuidString)")
    let files = FileManager.default
    try files.copyItem(at: original, to: folder)
    let shards = folder.appendingPathComponent(table.rawValue)
    let shard = try #require(try files.contentsOfDirectory(atPath: shards.path).first)
    var rows = try Self.lines(of: shards.appendingPathComponent(shard))
    var row = try #require(rows[line].object)
    row[column] = value
    rows[line] = .object(row)
    let new = try Self.write(rows.map { $0.serialized() + "\n" }.joined(), over: shards.appendingPathComponent(shard))
    let index = folder.appendingPathComponent("index")
    let entry = try #require(try files.contentsOfDirectory(atPath: index.path).first)
    let text = try String(contentsOf: index.appendingPathComponent(entry), encoding: .utf8)
    _ = try Self.write(text.replacing(shard, with: new), over: index.appendingPathComponent(entry))
  }

  func evidence() throws -> [Evidence] {
    let dataset = try PublishedDataset(folder: folder, engine: nil)
    var loader = try EvidenceLoader(dataset)
    return try dataset.sessions().compactMap { try loader.evidence(of: $0) }
  }

  func remove() { try? FileManager.default.removeItem(at: folder) }

  private static func lines(of url: URL) throws -> [JSONValue] {
    try Data(contentsOf: url).split(separator: UInt8(ascii: "\n")).map { try JSONValue(parsing: $0) }
  }

  /// Writes a file under the name that its content asks for, and returns that.
  private static func write(_ text: String, over url: URL) throws -> String {
    let bytes = Data(text.utf8)
    let hash = SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined().prefix(32)
    let name = url.lastPathComponent
    let fileExtension = url.pathExtension
    let new = "\(name.dropLast(fileExtension.count + 1 + 32))\(hash).\(fileExtension)"
    try FileManager.default.removeItem(at: url)
    try bytes.write(to: url.deletingLastPathComponent().appendingPathComponent(new))
    return new
  }
}
