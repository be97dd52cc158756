import JSON
import Store

/// What one batch of an export wrote: a file of the folder `index/`.
///
/// The entries together say what a dataset holds, so an export or an import reads no shard to find what is new.
struct IndexEntry: Equatable {
  struct Shard: Equatable {
    var name: ShardName
    var rows: Int
    var bytes: Int
  }

  struct Session: Equatable {
    var uuid: String
    var samples: Int
  }

  struct Verdict: Hashable {
    var session: String
    var key: VerdictKey
  }

  struct SetAside: Hashable {
    var session: String
    /// Seconds since 1970.
    var recordedAt: Double
    var isSetAside: Bool
  }

  var format: ShardFormat
  var shards: [Shard]
  /// The sessions whose samples, runs and context the shards hold.
  var sessions: [Session]
  var verdicts: [Verdict]
  /// Hashes of the envelopes whose texts the shards hold.
  var envelopes: [String]
  var setAsides: [SetAside] = []
  /// The paths of the entries whose batches this one holds in their place.
  var replaces: [String] = []

  /// The version of entries that replace others: a program that does not know of them would count their rows twice.
  private static let replacingVersion = datasetSchemaVersion + 1

  func shards(of table: DatasetTable) -> [ShardName] { shards.map(\.name).filter { $0.table == table } }
}

extension IndexEntry {
  var json: JSONValue {
    let version = replaces.isEmpty ? datasetSchemaVersion : Self.replacingVersion
    let entry: JSONValue = [
      "schema_version": .integer(version), "format": .string(format.rawValue),
      "shards": .array(
        shards.map { ["name": .string($0.name.path), "rows": .integer($0.rows), "bytes": .integer($0.bytes)] }),
      "sessions": .array(sessions.map { ["session": .string($0.uuid), "samples": .integer($0.samples)] }),
      "verdicts": .array(
        verdicts.map {
          [
            "session": .string($0.session), "recorded_at": .number($0.key.recordedAt),
            "outcome": .string($0.key.outcome),
          ]
        }),
      "envelopes": .array(envelopes.map { .string($0) }),
    ]
    guard var object = entry.object else { return entry }
    if !setAsides.isEmpty {
      object["set_asides"] = .array(
        setAsides.map {
          [
            "session": .string($0.session), "recorded_at": .number($0.recordedAt), "is_set_aside": .bool($0.isSetAside),
          ]
        })
    }
    if !replaces.isEmpty { object["replaces"] = .init(replaces) }
    return .object(object)
  }

  /// - Parameter name: The entry's path within the dataset.
  /// - Throws: `malformed`.
  init(_ json: JSONValue, name: String) throws(DatasetError) {
    func problem(_ text: String) -> DatasetError { .malformed(name: name, line: 1, problem: text) }
    replaces = try Self.replaced(by: json, problem)
    let version = replaces.isEmpty ? datasetSchemaVersion : Self.replacingVersion
    guard json["schema_version"]?.integer == version else {
      throw problem("the tables are of another version; this program reads \(datasetSchemaVersion)")
    }
    guard let format = json["format"]?.string.flatMap(ShardFormat.init(rawValue:)) else {
      throw problem("\"format\" is missing or unknown")
    }
    self.format = format
    shards = []
    for shard in json["shards"]?.array ?? [] {
      guard let path = shard["name"]?.string, let rows = shard["rows"]?.integer, let bytes = shard["bytes"]?.integer,
        rows >= 0, bytes >= 0
      else { throw problem("a shard lacks its name, rows or bytes") }
      shards.append(Shard(name: try ShardName(path: path, of: name), rows: rows, bytes: bytes))
    }
    sessions = []
    for session in json["sessions"]?.array ?? [] {
      guard let uuid = session["session"]?.string, let samples = session["samples"]?.integer, samples >= 0 else {
        throw problem("a session lacks its UUID or count of samples")
      }
      sessions.append(Session(uuid: uuid, samples: samples))
    }
    verdicts = []
    for verdict in json["verdicts"]?.array ?? [] {
      guard let session = verdict["session"]?.string, let time = verdict["recorded_at"]?.number,
        let outcome = verdict["outcome"]?.string
      else { throw problem("a verdict lacks its session, time or outcome") }
      verdicts.append(Verdict(session: session, key: VerdictKey(recordedAt: time, outcome: outcome)))
    }
    envelopes = (json["envelopes"]?.array ?? []).compactMap(\.string)
    for setAside in json["set_asides"]?.array ?? [] {
      guard let session = setAside["session"]?.string, let time = setAside["recorded_at"]?.number,
        let isSetAside = setAside["is_set_aside"]?.bool
      else { throw problem("a session that was set aside lacks its UUID, time or state") }
      setAsides.append(SetAside(session: session, recordedAt: time, isSetAside: isSetAside))
    }
  }

  /// - Throws: `malformed` for a path that is not of an entry.
  private static func replaced(
    by json: JSONValue, _ problem: (String) -> DatasetError
  ) throws(DatasetError) -> [String] {
    guard let value = json["replaces"] else { return [] }
    guard let array = value.array, !array.isEmpty else { throw problem("\"replaces\" is no list of entries") }
    var paths: [String] = []
    var seen: Set<String> = []
    for element in array {
      let folder = DatasetIndex.folderName + "/"
      guard let path = element.string, path.hasPrefix(folder), path.hasSuffix(".json"),
        !path.dropFirst(folder.count).contains("/")
      else { throw problem("\"replaces\" has \(element.serialized().prefix(100)), which is no entry's path") }
      guard seen.insert(path).inserted else { throw problem("\"replaces\" has \(path) twice") }
      paths.append(path)
    }
    return paths
  }
}
