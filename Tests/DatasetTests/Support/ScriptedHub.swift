import Crypto
import Dataset
import Foundation
import JSON
import TestSupport

/// A folder with a dataset and an `hf` command that follows the files beside it.
final class ScriptedHub {
  private let files: TemporaryFolder
  var environment = ["PATH": "/usr/bin:/bin", "HF_TOKEN": "hf_secret_0123456789"]

  init() throws {
    files = try TemporaryFolder()
    try files.writeProgram(Self.script, to: "hf")
    environment["FOLDER"] = folder.path
  }

  var folder: URL { files.url }

  /// A listing prints `listing`, or fails with `missing`. An upload fails with `failure`, or replaces `listing` by
  /// `after`. `calls` records the arguments and `uploaded` the files.
  private static let script = """
    #!/bin/sh
    echo "$HF_HUB_DISABLE_XET $*" >> "$FOLDER/calls"
    if [ "$1" = datasets ]; then
      if [ -f "$FOLDER/missing" ]; then cat "$FOLDER/missing" >&2; exit 1; fi
      if [ -f "$FOLDER/listing" ]; then cat "$FOLDER/listing"; fi
      exit 0
    fi
    (cd "$3" && find . -type l | sort) > "$FOLDER/uploaded"
    if [ -f "$FOLDER/failure" ]; then cat "$FOLDER/failure" >&2; exit 1; fi
    rm -f "$FOLDER/missing"
    if [ -f "$FOLDER/after" ]; then cp "$FOLDER/after" "$FOLDER/listing"; fi
    echo '{"url": "https://hub/commit/1"}'
    """

  func url(_ name: String) -> URL { files(name) }

  func write(_ text: String, to name: String) throws { try files.write(text, to: name) }

  func lines(of name: String) -> [String] {
    ((try? String(contentsOf: url(name), encoding: .utf8)) ?? "").split(separator: "\n").map(String.init)
  }

  /// Adds a batch of one shard to the dataset, and returns its files as the hub lists them.
  func addBatch(_ content: String) throws -> [JSONValue] {
    let shard = "samples/samples-20260101T000000Z-\(Self.hash(content).prefix(32)).parquet"
    try write(content, to: "results/\(shard)")
    let entry: JSONValue = [
      "schema_version": 2, "format": "parquet",
      "shards": [["name": .string(shard), "rows": 1, "bytes": .integer(content.utf8.count)]],
    ]
    let text = entry.serialized()
    let name = "index/batch-20260101T000000Z-\(Self.hash(text).prefix(32)).json"
    try write(text, to: "results/\(name)")
    return [
      item(shard, content.utf8.count, ["lfs": ["sha256": .string(Self.hash(content)), "size": 1]]),
      item(name, text.utf8.count, ["blob_id": .string(Self.gitBlob(text))]),
    ]
  }

  func item(_ path: String, _ bytes: Int, _ more: [String: JSONValue] = [:]) -> JSONValue {
    .object(JSONObject([("path", .string(path)), ("size", .integer(bytes))] + more.map { ($0.key, $0.value) }))
  }

  func setListing(_ items: [JSONValue], as name: String = "listing") throws {
    try write(JSONValue.array(items + [["path": "samples", "tree_id": "1"]]).serialized(), to: name)
  }

  func publisher(_ repository: String = "org/name") throws -> Publisher {
    try Publisher(
      PublishedDataset(folder: url("results"), engine: nil), to: repository,
      by: HubClient(executable: url("hf"), environment: environment))
  }

  static func hash(_ text: String) -> String {
    SHA256.hash(data: Data(text.utf8)).map { String(format: "%02x", $0) }.joined()
  }

  /// As `git hash-object` computes it.
  static func gitBlob(_ text: String) -> String {
    Insecure.SHA1.hash(data: Data("blob \(text.utf8.count)\0\(text)".utf8)).map { String(format: "%02x", $0) }.joined()
  }
}
